import type { JsonLimits } from './limits.ts';

/**
 * What the lexer finds. `NONE`: the bytes so far hold no further token. `OVERSIZE`: a token was cut because it is longer than
 * any may be. `BAD`: the bytes so far, with the one just read, begin no token.
 */
export const Token = {
  NONE: 0,
  LEFT_BRACE: 1,
  RIGHT_BRACE: 2,
  LEFT_BRACKET: 3,
  RIGHT_BRACKET: 4,
  COLON: 5,
  COMMA: 6,
  STRING: 7,
  INTEGER: 8,
  FLOAT: 9,
  KEYWORD: 10,
  BAD: 11,
  OVERSIZE: 12,
} as const;

/** One of {@link Token}'s values. */
export type TokenKind = (typeof Token)[keyof typeof Token];

/*
 * The lexer is a machine of 17 states over bytes. An entry of the table is the next state, or FINAL plus the
 * kind of the token that is now complete; LOOKAHEAD says that the byte is not part of that token and is read again. Recovery,
 * after a bad token, skips up to a byte that is structural or cannot occur in a string.
 */
const START = 0;
const DOUBLE = 1;
const DOUBLE_ESCAPE = 2;
const SINGLE = 3;
const SINGLE_ESCAPE = 4;
const MINUS = 5;
const ZERO = 6;
const DIGITS = 7;
const POINT = 8;
const FRACTION = 9;
const EXPONENT = 10;
const EXPONENT_SIGN = 11;
const EXPONENT_DIGITS = 12;
const WORD = 13;
const RECOVERY = 14;
const STATES = 15;

const FINAL = 0x20;
const LOOKAHEAD = 0x40;
const KIND = 0x1f;

const codes = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));
const DIGIT = codes('0123456789');
const NONZERO = codes('123456789');
const LETTERS = codes('abcdefghijklmnopqrstuvwxyz');
const SPACE = codes(' \t\r\n');
const PUNCTUATION: readonly (readonly [string, TokenKind])[] = [
  ['{', Token.LEFT_BRACE],
  ['}', Token.RIGHT_BRACE],
  ['[', Token.LEFT_BRACKET],
  [']', Token.RIGHT_BRACKET],
  [':', Token.COLON],
  [',', Token.COMMA],
];
/** Bytes that can be nowhere in a string: controls, and the two that never occur in UTF-8. */
const NEVER_IN_STRING = [...Array.from({ length: 0x20 }, (_, i) => i), 0xfe, 0xff];

function buildTable(): Uint8Array {
  const table = new Uint8Array(STATES * 256);
  const on = (state: number, bytes: readonly number[], next: number): void => {
    for (const byte of bytes) table[state * 256 + byte] = next;
  };
  const otherwise = (state: number, next: number): void => {
    table.fill(next, state * 256, state * 256 + 256);
  };
  const bad = FINAL | Token.BAD;

  otherwise(START, bad);
  on(START, SPACE, START);
  for (const [text, kind] of PUNCTUATION) on(START, codes(text), FINAL | kind);
  on(START, codes('"'), DOUBLE);
  on(START, codes("'"), SINGLE);
  on(START, codes('-'), MINUS);
  on(START, codes('0'), ZERO);
  on(START, NONZERO, DIGITS);
  on(START, LETTERS, WORD);

  for (const [state, escape, quote] of [
    [DOUBLE, DOUBLE_ESCAPE, '"'],
    [SINGLE, SINGLE_ESCAPE, "'"],
  ] as const) {
    otherwise(state, state);
    on(state, codes(quote), FINAL | Token.STRING);
    on(state, codes('\\'), escape);
    on(state, NEVER_IN_STRING, bad);
    otherwise(escape, state);
    on(escape, NEVER_IN_STRING, bad);
  }

  const integer = FINAL | LOOKAHEAD | Token.INTEGER;
  const float = FINAL | LOOKAHEAD | Token.FLOAT;
  otherwise(MINUS, bad);
  on(MINUS, codes('0'), ZERO);
  on(MINUS, NONZERO, DIGITS);
  otherwise(ZERO, integer);
  on(ZERO, DIGIT, bad);
  on(ZERO, codes('.'), POINT);
  otherwise(DIGITS, integer);
  on(DIGITS, DIGIT, DIGITS);
  on(DIGITS, codes('.'), POINT);
  on(DIGITS, codes('eE'), EXPONENT);
  otherwise(POINT, bad);
  on(POINT, DIGIT, FRACTION);
  otherwise(FRACTION, float);
  on(FRACTION, DIGIT, FRACTION);
  on(FRACTION, codes('eE'), EXPONENT);
  otherwise(EXPONENT, bad);
  on(EXPONENT, codes('+-'), EXPONENT_SIGN);
  on(EXPONENT, DIGIT, EXPONENT_DIGITS);
  otherwise(EXPONENT_SIGN, bad);
  on(EXPONENT_SIGN, DIGIT, EXPONENT_DIGITS);
  otherwise(EXPONENT_DIGITS, float);
  on(EXPONENT_DIGITS, DIGIT, EXPONENT_DIGITS);

  otherwise(WORD, FINAL | LOOKAHEAD | Token.KEYWORD);
  on(WORD, LETTERS, WORD);

  otherwise(RECOVERY, RECOVERY);
  const ends = LOOKAHEAD | START;
  on(
    RECOVERY,
    NEVER_IN_STRING.filter((byte) => byte !== 0x09),
    ends,
  );
  for (const [text] of PUNCTUATION) on(RECOVERY, codes(text), ends);
  return table;
}

const TABLE = buildTable();
const NEWLINE = 0x0a;

/**
 * Bytes to tokens, in QEMU's dialect (`qobject/json-lexer.c`): strings in either quote, no terminator needed, recovery after
 * bad input. Give it bytes with {@link push}, ask for tokens with {@link next}; what {@link next} has not come to stays unread.
 */
export class JsonLexer {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #chunk: Buffer = Buffer.alloc(0);
  #index = 0;
  #state = START;

  /** The part of the current token that came in earlier chunks. */
  #carried: Buffer = Buffer.alloc(0);
  #carriedLength = 0;
  /** The token that {@link next} gave. */
  #token: Buffer = Buffer.alloc(0);

  /** Bytes of the connection before the current chunk, and where in them the current line began. */
  #base = 0;
  #lineStart = 0;
  #currentLine = 1;
  /** The byte that comes next has already ended a token or a recovery: see {@link column}. */
  #readTwice = false;

  /** Line of the first byte of the current token, from 1; a line feed ends a line. */
  line = 1;
  /**
   * Column of the first byte of the current token, in bytes from 1. As in QEMU, a token whose first byte ended the token before
   * it (`12{`) or a recovery is put one column too far right.
   */
  column = 1;

  constructor(limits: Pick<JsonLimits, 'maxBytes'>) {
    this.#maxBytes = limits.maxBytes;
  }

  /** Adds bytes to be read. They are not copied: the caller must leave them as they are. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const chunk = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#index === this.#chunk.length && this.#chunks.length === 0) this.#use(chunk);
    else this.#chunks.push(chunk);
  }

  /** Bytes pushed and not yet read. */
  get unread(): number {
    let count = this.#chunk.length - this.#index;
    for (const chunk of this.#chunks) count += chunk.length;
    return count;
  }

  /** The bytes of the token that {@link next} gave last; good until the next call. */
  get bytes(): Buffer {
    return this.#token;
  }

  /** Whether it stands between tokens, where a value can begin. */
  get atStart(): boolean {
    return this.#state === START;
  }

  #use(chunk: Buffer): void {
    this.#base += this.#chunk.length;
    this.#chunk = chunk;
    this.#index = 0;
    this.#text = undefined;
  }

  /** The next token, or `Token.NONE` where more bytes are needed first. */
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
    // A token is cut where it has become longer than it may be.
    let stop = chunk.length;
    if (state !== START && state !== RECOVERY) {
      stop = Math.min(stop, begin + this.#maxBytes + 1 - this.#carriedLength);
    }
    while (index < stop) {
      const byte = chunk[index]!;
      if (state === START) {
        begin = index;
        this.#markStart(index);
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
      return Token.OVERSIZE;
    }
    this.#carry(begin, index);
    return Token.NONE;
  }

  #markStart(index: number): void {
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
    this.#carried = Buffer.alloc(0);
  }

  /** Keeps bytes of an unfinished token; doubling, so that a token that comes byte by byte costs no more than its length. */
  #carry(begin: number, end: number): void {
    const needed = this.#carriedLength + end - begin;
    if (needed > this.#carried.length) {
      const grown = Buffer.allocUnsafe(Math.max(64, needed, this.#carried.length * 2));
      this.#carried.copy(grown, 0, 0, this.#carriedLength);
      this.#carried = grown;
    }
    this.#chunk.copy(this.#carried, this.#carriedLength, begin, end);
    this.#carriedLength = needed;
  }

  #text: string | undefined;

  /**
   * The chunk that is read next as text, one character for each byte, for a reader that knows a shorter way
   * ({@link skipTo}).
   */
  peek(): string {
    if (this.#index === this.#chunk.length && this.#chunks.length > 0) this.#use(this.#chunks.shift()!);
    this.#text ??= this.#chunk.toString('latin1');
    return this.#text;
  }

  /** Where in the text of {@link peek} the lexer stands. */
  get index(): number {
    return this.#index;
  }

  /**
   * Moves past bytes of the current chunk that were read by other means. Only between tokens.
   *
   * @param index - Where to go on, in the text of {@link peek}.
   * @param lines - Line feeds among the bytes that are skipped.
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
