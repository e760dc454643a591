import { JsonFramer, type JsonValue } from 'qmp-core/wire';

/**
 * Cuts what a peer sends to messages, as long as it is QMP, and keeps the bytes of which none has been made: they are to
 * pass as they are where no message comes of them.
 */
export class MessageReader {
  readonly #framer = new JsonFramer();
  readonly #take: (value: JsonValue, text: string) => void;
  /** What has come and is in no message yet. */
  #unread: Buffer[] = [];
  #works = true;
  #any = false;

  /**
   * @param take - Told of each message and of its text.
   */
  constructor(take: (value: JsonValue, text: string) => void) {
    this.#take = take;
  }

  /**
   * Reads a chunk.
   *
   * @returns the bytes that are no message: none as long as it is QMP, from then on all that comes.
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

  /** What is left of a message that has not ended, without the line end of the one before; it is given up. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#unread);
    this.#unread = [];
    return this.#any ? rest.subarray(spaceIn(rest)) : rest;
  }

  /** A message, and the white space before it, have been read. */
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

/** How many bytes of white space are at the start. */
function spaceIn(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && ' \t\r\n'.includes(String.fromCharCode(bytes[at]!))) at++;
  return at;
}
