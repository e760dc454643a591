import { decodeBytes, decodeLossy, INVALID, isCharacter, readCodePoint, type ReadCodePoint } from './utf8.ts';

/** A string token that QEMU refuses; `message` is QEMU's text without its `JSON parse error, ` prefix. */
export class StringTokenError extends Error {}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** One-letter escapes, except those that stand for themselves. */
const CONTROL: Readonly<Record<number, string>> = {
  0x62: '\b',
  0x66: '\f',
  0x6e: '\n',
  0x72: '\r',
  0x74: '\t',
};
const LETTER_U = 0x75;

/** Four hexadecimal digits at `index`, or {@link INVALID}. */
function hex4(bytes: Uint8Array, index: number): number {
  let value = 0;
  for (let i = index; i < index + 4; i++) {
    const byte = bytes[i] ?? 0;
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : byte >= 0x41 && byte <= 0x46
          ? byte - 0x37
          : byte >= 0x61 && byte <= 0x66
            ? byte - 0x57
            : INVALID;
    if (digit === INVALID) return INVALID;
    value = value * 16 + digit;
  }
  return value;
}

/** Reads the escape whose `u` is at `index - 1` into `result`. */
function readUnicodeEscape(token: Uint8Array, index: number, result: ReadCodePoint): void {
  let codePoint = hex4(token, index);
  let end = index + 4;
  if (codePoint >= 0xd800 && codePoint <= 0xdbff && token[end] === BACKSLASH && token[end + 1] === LETTER_U) {
    const low = hex4(token, end + 2);
    if (low >= 0xdc00 && low <= 0xdfff) {
      codePoint = 0x1_0000 + ((codePoint & 0x3ff) << 10) + (low & 0x3ff);
      end += 6;
    } else {
      codePoint = INVALID;
    }
  }
  if (!isCharacter(codePoint)) {
    // Quoted as it was written, which after bad digits can take in what follows; a NUL would end it in C.
    const written = decodeLossy(token.subarray(index - 2, end));
    throw new StringTokenError(`${written} is not a valid Unicode character`);
  }
  result.codePoint = codePoint;
  result.end = end;
}

/**
 * Decodes a string token, quotes included, as QEMU does.
 *
 * @throws {@link StringTokenError} for an escape that JSON doesn't have, a `\u` escape that isn't a
 *   character, or bytes that aren't UTF-8.
 */
export function decodeStringToken(token: Uint8Array): string {
  const end = token.length - 1;
  const read: ReadCodePoint = { codePoint: 0, end: 0 };
  let text = '';
  let plain = 1; // start of a run of plain ASCII not yet added to the text
  let i = 1;
  while (i < end) {
    const byte = token[i]!;
    if (byte < 0x80 && byte !== BACKSLASH) {
      i++;
      continue;
    }
    if (i > plain) text += decodeBytes(token.subarray(plain, i));
    if (byte !== BACKSLASH) {
      readCodePoint(token, i, token.length, read);
      if (read.codePoint === INVALID) throw new StringTokenError('invalid UTF-8 sequence in string');
      text += String.fromCodePoint(read.codePoint);
      i = read.end;
    } else {
      const letter = token[i + 1]!;
      if (letter === LETTER_U) {
        readUnicodeEscape(token, i + 2, read);
        text += String.fromCodePoint(read.codePoint);
        i = read.end;
      } else {
        if (letter === QUOTE || letter === APOSTROPHE || letter === BACKSLASH || letter === SLASH) {
          text += String.fromCharCode(letter);
        } else if (CONTROL[letter] !== undefined) {
          text += CONTROL[letter];
        } else {
          throw new StringTokenError('invalid escape sequence in string');
        }
        i += 2;
      }
    }
    plain = i;
  }
  return plain === end ? text : text + decodeBytes(token.subarray(plain, end));
}
