import { JsonFramer, type JsonValue } from 'qmp-core/wire';

/**
 * Cuts a peer's bytes into messages as long as they are QMP, and keeps the bytes that aren't part of a
 * message yet. If no message comes of them, they pass as they are.
 */
export class MessageReader {
  readonly #framer = new JsonFramer();
  readonly #take: (value: JsonValue, text: string) => void;
  /** Bytes that aren't part of a message yet. */
  #unread: Buffer[] = [];
  #works = true;
  #any = false;

  /** @param take - Called with each message and its text. */
  constructor(take: (value: JsonValue, text: string) => void) {
    this.#take = take;
  }

  /**
   * Reads a chunk.
   *
   * @returns The bytes that aren't QMP: `undefined` as long as everything is QMP, and from then on all bytes.
   */
  read(chunk: Buffer): Buffer | undefined {
    if (!this.#works) return chunk;
    this.#unread.push(chunk);
    try {
      this.#framer.push(chunk, (value, text) => {
        this.#drop(text);
        this.#take(value, text);
      });
    } catch {
      this.#works = false;
      return this.rest();
    }
    if (this.#framer.pendingBytes === 0) this.#unread = [];
    return undefined;
  }

  /** Gives up and returns the rest of an unfinished message, without the line end of the one before. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#unread);
    this.#unread = [];
    return this.#any ? rest.subarray(spaceIn(rest)) : rest;
  }

  /** Drops a message that has been read, and the white space before it. */
  #drop(text: string): void {
    this.#any = true;
    let left = Buffer.byteLength(text);
    let inMessage = false;
    for (const [index, chunk] of this.#unread.entries()) {
      const at: number = inMessage ? 0 : spaceIn(chunk);
      inMessage ||= at < chunk.length;
      const rest = chunk.length - at;
      if (rest > left) {
        this.#unread = [chunk.subarray(at + left), ...this.#unread.slice(index + 1)];
        return;
      }
      left -= rest;
    }
    this.#unread = [];
  }
}

/** Number of bytes of white space at the start. */
function spaceIn(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && ' \t\r\n'.includes(String.fromCharCode(bytes[at]!))) at++;
  return at;
}
