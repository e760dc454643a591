import { isAscii, isUtf8 } from 'node:buffer';
import { QmpLimitError, QmpProtocolError } from '../errors.ts';
import { mayNestDeeper } from './depth.ts';
import { mayHoldUnsafeInteger } from './integers.ts';
import { isSpace, JsonScanner, TOO_DEEP } from './json-scanner.ts';
import type { JsonValue } from './json-value.ts';
import { parseJsonExactly } from './parse-json.ts';

/**
 * Default of `maxMessageSize` in bytes: 64 MiB, as QEMU itself accepts from a client.
 *
 * @example
 * new JsonFramer({ maxMessageSize: 2 * DEFAULT_MAX_MESSAGE_SIZE })
 */
export const DEFAULT_MAX_MESSAGE_SIZE: number = 64 * 1024 * 1024;

/**
 * Default of `maxDepth`: 1024, QEMU's own limit (`qobject/json-streamer.c`).
 *
 * @example
 * new JsonFramer({ maxDepth: DEFAULT_MAX_DEPTH / 2 })
 */
export const DEFAULT_MAX_DEPTH = 1024;

/** Options of {@link JsonFramer}. */
export interface JsonFramerOptions {
  /** Longest message in bytes; default 64 MiB. */
  maxMessageSize?: number | undefined;
  /** Deepest nesting of arrays and objects in one message; default 1024. */
  maxDepth?: number | undefined;
  /** Skip 0xFF bytes between messages: the guest agent marks a fresh start with one. Default false. */
  skipFlushBytes?: boolean | undefined;
}

/** Takes one message: its value and the text that it was parsed from. */
export type MessageSink = (value: JsonValue, text: string) => void;

/**
 * Cuts a stream of bytes into JSON objects and arrays. Chunks may end anywhere, and any white space may come
 * between the messages: one per line, as QEMU prints by default, or spread over lines (`pretty=on`).
 *
 * Most messages are one line. So a line that ends in a bracket goes straight to the parser. Only if that
 * fails, or if there is no line end, the framer searches for the end byte by byte. Either way the work grows
 * with the number of bytes, not with the number of chunks.
 *
 * @example
 * const framer = new JsonFramer()
 * socket.on('data', (chunk) => framer.push(chunk, (message) => console.log(message)))
 */
export class JsonFramer {
  readonly #maxSize: number;
  readonly #maxDepth: number;
  readonly #skipFlushBytes: boolean;
  /** Made when first needed. It isn't needed if each message is a line. */
  #scanner: JsonScanner | undefined;
  /** The head of a message whose rest has not come; the first `#kept` bytes of it. */
  #store: Buffer = EMPTY;
  #kept = 0;
  #keptIsAscii = true;
  /** How many bytes of the current message the scanner has seen. */
  #scanned = 0;
  /** Set if the current line isn't one message: go by brackets until it ends. */
  #byBrackets = false;
  #looksWhole = false;
  /** The bytes that are being cut as a text, once it is needed; ASCII only, so that indices agree. */
  #chunkText: string | undefined;
  /** The text of the message that was parsed last. */
  #text = '';
  #failure: QmpProtocolError | undefined;
  #stopped = false;

  constructor(options: JsonFramerOptions = {}) {
    this.#maxSize = options.maxMessageSize ?? DEFAULT_MAX_MESSAGE_SIZE;
    this.#maxDepth = options.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.#skipFlushBytes = options.skipFlushBytes ?? false;
  }

  /** Bytes of an unfinished message that are kept for the next chunk. */
  get pendingBytes(): number {
    return this.#kept;
  }

  /** The unfinished message, cut to a readable length; empty if there isn't one. */
  get pendingText(): string {
    return excerpt(this.#store, 0, this.#kept);
  }

  /**
   * Drops the unfinished message and ignores all further bytes. A {@link push} that is running ends early.
   */
  stop(): void {
    this.#stopped = true;
    this.#store = EMPTY;
    this.#kept = 0;
  }

  /**
   * Takes the next bytes, and hands each message that they complete to `sink`, in order, before it returns.
   *
   * @param chunk - The bytes. Bytes that must be kept are copied.
   * @returns The number of bytes that the messages were cut from: the chunk, and what was kept before.
   * @throws QmpProtocolError at the first byte that can't be JSON, after the messages before it were handed
   *   over. The framer can't be used afterwards and throws the same error again.
   * @throws QmpLimitError if a message exceeds `maxMessageSize` or `maxDepth`.
   */
  push(chunk: Uint8Array, sink: MessageSink): number {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#stopped || chunk.length === 0) return 0;
    let bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let ascii = isAscii(bytes);
    /** No line feed is between the start of the message and here. */
    let searched = 0;
    if (this.#kept > 0) {
      searched = this.#kept;
      this.#keep(bytes);
      ascii = this.#keptIsAscii = this.#keptIsAscii && ascii;
      bytes = this.#store.subarray(0, this.#kept);
    }
    const rest = this.#cut(bytes, searched, ascii, sink);
    this.#chunkText = undefined;
    this.#text = '';
    const { length } = bytes;
    if (!this.#stopped) this.#keepRest(bytes, rest, ascii);
    return length;
  }

  /**
   * Whether the kept bytes end like a message, but without a line end. Call {@link look} then, after a moment
   * of silence: the peer may not send line ends.
   */
  get looksWhole(): boolean {
    return this.#looksWhole;
  }

  /** Looks for the end of a message in the kept bytes, whatever their size. Throws like {@link push}. */
  look(sink: MessageSink): number {
    if (this.#kept === 0 || this.#stopped || this.#failure !== undefined) return 0;
    this.#byBrackets = true;
    const bytes = this.#store.subarray(0, this.#kept);
    const rest = this.#cut(bytes, this.#kept, this.#keptIsAscii, sink);
    if (!this.#stopped) this.#keepRest(bytes, rest, this.#keptIsAscii);
    return bytes.length;
  }

  /** Cuts messages off the head of `bytes`. Returns the start of the rest. */
  #cut(bytes: Buffer, alreadySearched: number, ascii: boolean, sink: MessageSink): number {
    const length = bytes.length;
    let searched = alreadySearched;
    let at = 0;
    this.#looksWhole = false;
    this.#chunkText = undefined;
    while ((at = this.#skipSpace(bytes, at)) < length) {
      const first = bytes[at];
      if (first !== OPEN_BRACE && first !== OPEN_BRACKET) this.#fail(bytes, at, at);

      if (!this.#byBrackets) {
        const lineEnd = this.#findLineEnd(bytes, Math.max(searched, at));
        if (lineEnd >= 0) {
          const end = trimEnd(bytes, at, lineEnd);
          const value = isClosing(bytes[end - 1]) ? this.#tryLine(bytes, at, end, ascii) : undefined;
          if (value !== undefined) {
            if (this.#scanned > 0) this.#startOver();
            sink(value, this.#text);
            if (this.#stopped) return length;
            at = searched = lineEnd + 1;
            continue;
          }
          this.#byBrackets = true;
        } else {
          searched = length;
          this.#checkSize(length - at);
          // The message has probably not ended; looking closer at once is worth it only if that is cheap.
          if (length - at > EAGER_SCAN_SIZE) {
            this.#looksWhole = isClosing(bytes[length - 1]);
            return at;
          }
        }
      }

      this.#scanner ??= new JsonScanner(this.#maxDepth);
      const end = this.#scanner.scan(bytes, at + this.#scanned, length);
      if (end === TOO_DEEP) this.#failDepth(bytes, at);
      if (end < -1) this.#fail(bytes, at, -2 - end);
      if (end === -1) {
        this.#scanned = length - at;
        this.#checkSize(length - at);
        return at;
      }
      this.#startOver();
      this.#byBrackets = true; // until a line feed proves that messages come one per line again
      this.#checkSize(end - at);
      sink(this.#parse(bytes, at, end, ascii), this.#text);
      if (this.#stopped) return length;
      at = end;
      if (searched < at) searched = at;
    }
    return length;
  }

  #findLineEnd(bytes: Buffer, from: number): number {
    return this.#chunkText === undefined
      ? bytes.indexOf(LINE_FEED, from)
      : this.#chunkText.indexOf('\n', from);
  }

  #startOver(): void {
    this.#scanner?.reset();
    this.#scanned = 0;
  }

  #skipSpace(bytes: Buffer, from: number): number {
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === LINE_FEED) this.#byBrackets = false;
      else if (!isSpace(byte) && !(byte === FLUSH && this.#skipFlushBytes)) break;
    }
    return at;
  }

  /** Parses a line. Returns `undefined` if the line isn't one whole message. */
  #tryLine(bytes: Buffer, from: number, end: number, ascii: boolean): JsonValue | undefined {
    this.#checkSize(end - from);
    if (mayNestDeeper(bytes, from, end, this.#maxDepth)) return undefined;
    try {
      return this.#decode(bytes, from, end, ascii);
    } catch {
      return undefined;
    }
  }

  #parse(bytes: Buffer, from: number, end: number, ascii: boolean): JsonValue {
    try {
      return this.#decode(bytes, from, end, ascii);
    } catch (error) {
      return this.#fail(bytes, from, from, (error as Error).message);
    }
  }

  #decode(bytes: Buffer, from: number, end: number, ascii: boolean): JsonValue {
    if (ascii) {
      // Decoding all that is there at once is much cheaper than message by message.
      this.#chunkText ??= bytes.toString('latin1');
      this.#text = this.#chunkText.slice(from, end);
    } else {
      if (!isUtf8(bytes.subarray(from, end))) throw new SyntaxError('not UTF-8');
      this.#text = bytes.toString('utf8', from, end);
    }
    return mayHoldUnsafeInteger(bytes, from, end)
      ? parseJsonExactly(this.#text)
      : (JSON.parse(this.#text) as JsonValue);
  }

  #keepRest(bytes: Buffer, rest: number, ascii: boolean): void {
    const length = bytes.length - rest;
    if (length === 0) {
      this.#kept = 0;
      this.#keptIsAscii = true;
      if (this.#store.length > MAX_IDLE_STORE) this.#store = EMPTY;
    } else if (this.#kept === 0) {
      this.#keptIsAscii = ascii;
      this.#keep(bytes.subarray(rest));
    } else if (rest > 0) {
      this.#store.copyWithin(0, rest, this.#kept);
      this.#kept = length;
    }
  }

  /** Appends to the store. The store grows by a factor, so the cost stays proportional to the bytes. */
  #keep(bytes: Uint8Array): void {
    const needed = this.#kept + bytes.length;
    if (needed > this.#store.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(MIN_STORE, needed, this.#store.length * 4));
      this.#store.copy(grown, 0, 0, this.#kept);
      this.#store = grown;
    }
    this.#store.set(bytes, this.#kept);
    this.#kept = needed;
  }

  #checkSize(size: number): void {
    if (size <= this.#maxSize) return;
    throw (this.#failure = new QmpLimitError(
      `The peer sends a message longer than ${this.#maxSize} bytes; raise the option maxMessageSize if that is expected`,
      { limit: 'maxMessageSize', value: this.#maxSize },
    ));
  }

  #failDepth(bytes: Buffer, from: number): never {
    throw (this.#failure = new QmpLimitError(
      `The peer sends a message that nests deeper than ${this.#maxDepth} levels; raise the option maxDepth if that is expected`,
      { limit: 'maxDepth', value: this.#maxDepth, raw: excerpt(bytes, from, bytes.length) },
    ));
  }

  #fail(bytes: Buffer, from: number, at: number, why?: string): never {
    const raw = excerpt(bytes, from, bytes.length);
    const what = why ?? `unexpected byte ${hex(bytes[at])}${at > from ? ` after ${at - from} bytes` : ''}`;
    throw (this.#failure = new QmpProtocolError(
      `The peer sent something that is not JSON (${what}): ${JSON.stringify(raw)}. Is this a QMP monitor?`,
      { raw },
    ));
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
/**
 * An unfinished message up to this size is scanned as it comes, so that one without a line end is found at
 * once.
 */
const EAGER_SCAN_SIZE = 4096;
const MIN_STORE = 64 * 1024;
/** A larger store is given back when it is empty. */
const MAX_IDLE_STORE = 1024 * 1024;
/** Number of the peer's bytes that an error shows. */
const EXCERPT_SIZE = 200;

const LINE_FEED = 0x0a;
const FLUSH = 0xff;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

const isClosing = (byte: number | undefined): boolean => byte === 0x7d || byte === 0x5d;

/** The end of `bytes[from, to)` without the white space at its end. */
function trimEnd(bytes: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(bytes[end - 1] as number)) end--;
  return end;
}

function excerpt(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, Math.min(to, from + EXCERPT_SIZE));
  return to - from > EXCERPT_SIZE ? `${text}…` : text;
}

const hex = (byte: number | undefined): string => `0x${(byte ?? 0).toString(16).padStart(2, '0')}`;
