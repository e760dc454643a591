import { FINAL, KIND, LOOKAHEAD, RECOVERY, START, TABLE, Token, type TokenKind } from './lexer-table.ts';
import type { JsonLimits } from './limits.ts';
import { decodeBytes } from './utf8.ts';

const NEWLINE = 0x0a;
const EMPTY = new Uint8Array();

/**
 * Cuts bytes into tokens, in QEMU's dialect (`qobject/json-lexer.c`): strings in either kind of quotes,
 * values without a terminator, and recovery after bad input. Add bytes with {@link push}, and take tokens
 * with {@link next}; bytes beyond these stay unread.
 */
export class JsonLexer {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #chunk: Uint8Array = EMPTY;
  #index = 0;
  #state = START;

  /** The part of the current token that came in earlier chunks. */
  #carried: Uint8Array = EMPTY;
  #carriedLength = 0;
  /** The token that {@link next} gave. */
  #token: Uint8Array = EMPTY;

  /** Bytes of the connection before the current chunk, and where in them the current line began. */
  #base = 0;
  #lineStart = 0;
  #currentLine = 1;
  /** Set if the next byte has already ended a token or a recovery: see {@link column}. */
  #readTwice = false;
  /** Set if the last token was cut: text that follows it without white space gets its column. */
  #afterCut = false;

  /** Line of the first byte of the current token, from 1; a line feed ends a line. */
  line = 1;
  /**
   * Column of the first byte of the current token, in bytes from 1. As in QEMU, a token whose first byte
   * ended the previous token (`12{`) or a recovery gets a column one too high, and the rest of a token that
   * was cut for its length gets that token's column.
   */
  column = 1;

  constructor(limits: Pick<JsonLimits, 'maxBytes'>) {
    this.#maxBytes = limits.maxBytes;
  }

  /** Adds bytes to be read. They aren't copied, so the caller must not change them. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#index === this.#chunk.length && this.#chunks.length === 0) this.#use(bytes);
    else this.#chunks.push(bytes);
  }

  /** Number of unread bytes. */
  get unread(): number {
    let count = this.#chunk.length - this.#index;
    for (const chunk of this.#chunks) count += chunk.length;
    return count;
  }

  /** The bytes of the last token; valid until the next call of {@link next}. */
  get bytes(): Uint8Array {
    return this.#token;
  }

  /** Whether it stands between tokens, where a value can begin. */
  get atStart(): boolean {
    return this.#state === START;
  }

  #use(chunk: Uint8Array): void {
    this.#base += this.#chunk.length;
    this.#chunk = chunk;
    this.#index = 0;
    this.#text = undefined;
  }

  /** The next token, or `Token.NONE` if more bytes are needed first. */
  next(): TokenKind {
    for (;;) {
      if (this.#index === this.#chunk.length) {
        const chunk = this.#chunks.shift();
        if (chunk === undefined) return Token.NONE;
        this.#use(chunk);
      }
      const kind = this.#scan();
      if (kind !== Token.NONE) return kind;
    }
  }

  /** Reads the current chunk up to the end of one token, or to its end. */
  #scan(): TokenKind {
    const chunk = this.#chunk;
    let index = this.#index;
    let begin = index;
    let state = this.#state;
    // A token is cut if it has become longer than it may be.
    let stop = chunk.length;
    if (state !== START && state !== RECOVERY) {
      stop = Math.min(stop, begin + this.#maxBytes + 1 - this.#carriedLength);
    }
    while (index < stop) {
      const byte = chunk[index]!;
      if (state === START) {
        begin = index;
        this.#markStart(index, TABLE[byte]! === START);
        stop = Math.min(chunk.length, index + this.#maxBytes + 1);
      }
      const step = TABLE[(state << 8) | byte]!;
      if ((step & LOOKAHEAD) === 0) {
        index++;
        this.#readTwice = false;
        if (byte === NEWLINE) {
          this.#currentLine++;
          this.#lineStart = this.#base + index;
        }
      } else {
        this.#readTwice = true;
      }
      if ((step & FINAL) !== 0) {
        const kind = (step & KIND) as TokenKind;
        this.#takeToken(begin, index);
        this.#index = index;
        this.#state = kind === Token.BAD ? RECOVERY : START;
        return kind;
      }
      state = step & KIND;
      if (state === RECOVERY) stop = chunk.length;
    }
    this.#index = index;
    this.#state = state;
    if (state === START || state === RECOVERY) return Token.NONE;
    if (this.#carriedLength + index - begin > this.#maxBytes) {
      this.#takeToken(begin, index);
      this.#state = START;
      this.#afterCut = true;
      return Token.OVERSIZE;
    }
    this.#carry(begin, index);
    return Token.NONE;
  }

  #markStart(index: number, isSpace: boolean): void {
    const keep = this.#afterCut && !isSpace;
    this.#afterCut = false;
    if (keep) return;
    this.line = this.#currentLine;
    this.column = this.#base + index - this.#lineStart + (this.#readTwice ? 2 : 1);
  }

  /** Makes the bytes of this chunk, after what was carried over, the current token. */
  #takeToken(begin: number, end: number): void {
    if (this.#carriedLength === 0) {
      this.#token = this.#chunk.subarray(begin, end);
      return;
    }
    this.#carry(begin, end);
    this.#token = this.#carried.subarray(0, this.#carriedLength);
    this.#carriedLength = 0;
    // The token still looks into this memory, and a large one should not be kept for long.
    this.#carried = EMPTY;
  }

  /**
   * Keeps bytes of an unfinished token. The buffer doubles, so the cost of a token that comes byte by byte
   * stays proportional to its length.
   */
  #carry(begin: number, end: number): void {
    const needed = this.#carriedLength + end - begin;
    if (needed > this.#carried.length) {
      const grown = new Uint8Array(Math.max(64, needed, this.#carried.length * 2));
      grown.set(this.#carried.subarray(0, this.#carriedLength));
      this.#carried = grown;
    }
    this.#carried.set(this.#chunk.subarray(begin, end), this.#carriedLength);
    this.#carriedLength = needed;
  }

  #text: string | undefined;

  /** The current chunk as text, one character per byte, for the fast path (see {@link skipTo}). */
  peek(): string {
    if (this.#index === this.#chunk.length && this.#chunks.length > 0) this.#use(this.#chunks.shift()!);
    this.#text ??= decodeBytes(this.#chunk);
    return this.#text;
  }

  /** Position of the lexer in the text of {@link peek}. */
  get index(): number {
    return this.#index;
  }

  /**
   * Moves past bytes of the current chunk that were read in another way. Call it only between tokens.
   *
   * @param index - Position to continue at, in the text of {@link peek}.
   * @param lines - Number of line feeds among the skipped bytes.
   */
  skipTo(index: number, lines: number): void {
    if (lines > 0) {
      this.#currentLine += lines;
      this.#lineStart = this.#base + this.#text!.lastIndexOf('\n', index - 1) + 1;
    }
    this.#index = index;
    this.#readTwice = false;
  }
}
