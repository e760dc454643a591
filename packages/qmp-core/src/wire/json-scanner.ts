/**
 * Finds the end of a JSON object or array in bytes that come in pieces, and the first byte that cannot
 * belong to one. Looks at every byte once, however the bytes are cut.
 *
 * Structure is checked here (brackets, commas, colons, control characters in strings); what numbers,
 * keywords and escapes look like is left to the parser that gets the text afterwards.
 */
export class JsonScanner {
  readonly #maxDepth: number;
  /** For each open container: 1 for an object, 0 for an array. */
  readonly #isObject: Uint8Array;
  #depth = 0;
  #state: State = VALUE;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
    this.#isObject = new Uint8Array(maxDepth + 1);
  }

  /** Forgets what it has seen; the next byte starts a new value. */
  reset(): void {
    this.#depth = 0;
    this.#state = VALUE;
  }

  /**
   * Goes on at `bytes[from]`.
   *
   * @returns the index behind the value's last byte; -1 when it needs more; -2 − i when `bytes[i]` is wrong;
   *   {@link TOO_DEEP} when the value nests deeper than allowed
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    let state = this.#state;
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number;
      if (state === STRING || state === KEY_STRING) {
        if (byte === QUOTE) state = state === STRING ? AFTER_VALUE : COLON;
        else if (byte === BACKSLASH) state = state === STRING ? ESCAPE : KEY_ESCAPE;
        else if (byte < SPACE) return -2 - i;
        continue;
      }
      if (state === ESCAPE || state === KEY_ESCAPE) {
        if (byte < SPACE) return -2 - i;
        state = state === ESCAPE ? STRING : KEY_STRING;
        continue;
      }
      if (state === SCALAR) {
        if (isScalarByte(byte)) continue;
        state = AFTER_VALUE;
      }
      if (isSpace(byte)) continue;
      if (byte === QUOTE) {
        if (state === VALUE || state === VALUE_OR_END) state = STRING;
        else if (state === KEY || state === KEY_OR_END) state = KEY_STRING;
        else return -2 - i;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (state !== VALUE && state !== VALUE_OR_END) return -2 - i;
        if (this.#depth === this.#maxDepth) return TOO_DEEP;
        this.#isObject[this.#depth++] = byte === OPEN_BRACE ? 1 : 0;
        state = byte === OPEN_BRACE ? KEY_OR_END : VALUE_OR_END;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        const object = byte === CLOSE_BRACE;
        const mayEnd = state === AFTER_VALUE || state === (object ? KEY_OR_END : VALUE_OR_END);
        if (!mayEnd || this.#isObject[this.#depth - 1] !== (object ? 1 : 0)) return -2 - i;
        if (--this.#depth === 0) {
          this.#state = VALUE;
          return i + 1;
        }
        state = AFTER_VALUE;
      } else if (byte === COMMA) {
        if (state !== AFTER_VALUE) return -2 - i;
        state = this.#isObject[this.#depth - 1] === 1 ? KEY : VALUE;
      } else if (byte === COLON_SIGN) {
        if (state !== COLON) return -2 - i;
        state = VALUE;
      } else {
        if ((state !== VALUE && state !== VALUE_OR_END) || this.#depth === 0 || !isScalarByte(byte))
          return -2 - i;
        state = SCALAR;
      }
    }
    this.#state = state;
    return -1;
  }
}

/** What {@link JsonScanner.scan} gives when the nesting limit is exceeded. */
export const TOO_DEEP: number = Number.NEGATIVE_INFINITY;

type State = number;
const VALUE = 0;
const VALUE_OR_END = 1;
const KEY = 2;
const KEY_OR_END = 3;
const COLON = 4;
const AFTER_VALUE = 5;
const SCALAR = 6;
const STRING = 7;
const ESCAPE = 8;
const KEY_STRING = 9;
const KEY_ESCAPE = 10;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON_SIGN = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Space, tab, line feed, carriage return: JSON's white space. */
export const isSpace = (byte: number): boolean =>
  byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** What numbers and keywords are made of. */
const isScalarByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || // 0-9
  (byte >= 0x61 && byte <= 0x7a) || // a-z
  byte === 0x2d || // -
  byte === 0x2b || // +
  byte === 0x2e || // .
  byte === 0x45; // E
