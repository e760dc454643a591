/** Result of {@link JsonScanner.scan} when the nesting limit is exceeded. */
export const TOO_DEEP: number = -(2 ** 31);

// States: what the scanner expects next. Those below STRING look at the character class.
const VALUE = 0;
const VALUE_OR_END = 1;
const KEY = 2;
const KEY_OR_END = 3;
const COLON = 4;
const AFTER_VALUE = 5;
const SCALAR = 6;
const STRING = 7;
const KEY_STRING = 8;

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

/** Whether a byte can be part of a number or keyword: 0-9 a-z - + . E */
const isScalarByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2d ||
  byte === 0x2b ||
  byte === 0x2e ||
  byte === 0x45;

/**
 * Finds the end of a JSON object or array in bytes that come in pieces, and the first byte that cannot belong
 * to one. It looks at every byte once, however the bytes are cut.
 *
 * It checks structure (brackets, commas, colons, control characters in strings). Numbers, keywords and
 * escapes are left to the parser that gets the text afterwards.
 */
export class JsonScanner {
  readonly #maxDepth: number;
  /** For each open container: 1 for an object, 0 for an array. */
  readonly #isObject: Uint8Array;
  #depth = 0;
  #state = VALUE;
  /** Set if the last byte was a backslash in a string. */
  #escaped = false;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
    this.#isObject = new Uint8Array(maxDepth + 1);
  }

  /** Starts over: the next byte begins a new value. */
  reset(): void {
    this.#depth = 0;
    this.#state = VALUE;
    this.#escaped = false;
  }

  /**
   * Goes on at `bytes[from]`.
   *
   * @returns The index behind the value's last byte; -1 if it needs more; -2 − i if `bytes[i]` is wrong;
   *   {@link TOO_DEEP} if the value nests deeper than allowed.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    const isObject = this.#isObject;
    let state = this.#state;
    let depth = this.#depth;
    let i = from;
    while (i < to) {
      let byte = bytes[i] as number;
      if (state >= STRING) {
        if (this.#escaped) {
          if (byte < SPACE) return -2 - i;
          this.#escaped = false;
          i++;
          continue;
        }
        while (byte !== QUOTE && byte !== BACKSLASH) {
          if (byte < SPACE) return -2 - i;
          if (++i === to) break;
          byte = bytes[i] as number;
        }
        if (i === to) break;
        if (byte === BACKSLASH) this.#escaped = true;
        else state = state === STRING ? AFTER_VALUE : COLON;
        i++;
        continue;
      }
      if (state === SCALAR) {
        if (isScalarByte(byte)) {
          i++;
          continue;
        }
        state = AFTER_VALUE;
      }
      switch (byte) {
        case SPACE:
        case 0x0a:
        case 0x0d:
        case 0x09:
          break;
        case QUOTE:
          if (state <= VALUE_OR_END) state = STRING;
          else if (state <= KEY_OR_END) state = KEY_STRING;
          else return -2 - i;
          break;
        case COMMA:
          if (state !== AFTER_VALUE) return -2 - i;
          state = isObject[depth - 1] === 1 ? KEY : VALUE;
          break;
        case COLON_SIGN:
          if (state !== COLON) return -2 - i;
          state = VALUE;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          if (state > VALUE_OR_END) return -2 - i;
          if (depth === this.#maxDepth) return TOO_DEEP;
          isObject[depth++] = byte === OPEN_BRACE ? 1 : 0;
          state = byte === OPEN_BRACE ? KEY_OR_END : VALUE_OR_END;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET: {
          const closesObject = byte === CLOSE_BRACE;
          const mayEnd = state === AFTER_VALUE || state === (closesObject ? KEY_OR_END : VALUE_OR_END);
          if (!mayEnd || isObject[depth - 1] !== (closesObject ? 1 : 0)) return -2 - i;
          if (--depth === 0) {
            this.reset();
            return i + 1;
          }
          state = AFTER_VALUE;
          break;
        }
        default:
          if (state > VALUE_OR_END || depth === 0 || !isScalarByte(byte)) return -2 - i;
          state = SCALAR;
      }
      i++;
    }
    this.#state = state;
    this.#depth = depth;
    return -1;
  }
}
