/**
 * UTF-8 as QEMU reads and hashes it (`util/unicode.c`): U+0000 is written as the two bytes C0 80, so that
 * a C string can hold it; everything else is strict.
 */

/** Code point that stands for bytes that aren't a character. */
export const INVALID = -1;

/** Smallest code point by the length of its sequence in bytes; anything less is overlong. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x1_0000, 0x20_0000, 0x400_0000];

/**
 * Whether QEMU lets a code point into a string: not a surrogate, not one of Unicode's non-characters
 * (U+FDD0 to U+FDEF and the last two of every plane), not beyond U+10FFFF.
 */
export function isCharacter(codePoint: number): boolean {
  return (
    codePoint >= 0 &&
    codePoint <= 0x10_ffff &&
    (codePoint < 0xd800 || codePoint > 0xdfff) &&
    (codePoint < 0xfdd0 || codePoint > 0xfdef) &&
    (codePoint & 0xfffe) !== 0xfffe
  );
}

/** A code point, and the position of the next one. */
export interface ReadCodePoint {
  /** The code point, or {@link INVALID}. */
  codePoint: number;
  /** Index of the byte after it. A bad continuation byte is not part of the sequence that it breaks. */
  end: number;
}

/**
 * Reads one code point at `index` into `result` (which the caller keeps, so that a long string costs no
 * garbage). An invalid sequence ends where QEMU ends it: before the first byte that isn't a continuation.
 */
export function readCodePoint(bytes: Uint8Array, index: number, length: number, result: ReadCodePoint): void {
  const first = bytes[index]!;
  let at = index + 1;
  if (first < 0x80) {
    result.codePoint = first;
    result.end = at;
    return;
  }
  result.codePoint = INVALID;
  if (first >= 0xfe || (first & 0x40) === 0) {
    result.end = at;
    return;
  }
  let size = 2;
  while (first & (0x80 >> size)) size++;
  let value = first & ((0x80 >> size) - 1);
  for (let i = 1; i < size; i++) {
    const byte = at < length ? bytes[at]! : 0;
    if ((byte & 0xc0) !== 0x80) {
      result.end = at;
      return;
    }
    value = (value << 6) | (byte & 0x3f);
    at++;
  }
  result.end = at;
  if (isCharacter(value) && (value >= SMALLEST[size]! || (value === 0 && size === 2))) {
    result.codePoint = value;
  }
}

/** Number of characters to join at once: it keeps `fromCodePoint` below the argument limit. */
const RUN = 4096;

/**
 * Decodes bytes that may not be UTF-8, as QEMU does when it quotes input that it couldn't parse: U+FFFD
 * stands for every sequence that isn't a character.
 */
export function decodeLossy(bytes: Uint8Array): string {
  const read: ReadCodePoint = { codePoint: 0, end: 0 };
  let text = '';
  let run: number[] = [];
  for (let i = 0; i < bytes.length; i = read.end) {
    readCodePoint(bytes, i, bytes.length, read);
    run.push(read.codePoint === INVALID ? 0xfffd : read.codePoint);
    if (run.length === RUN) {
      text += String.fromCodePoint(...run);
      run = [];
    }
  }
  return text + String.fromCodePoint(...run);
}

// A character for each byte: those of ASCII as they are, every other as some other character.
const byteDecoder = new TextDecoder('windows-1252');

/**
 * Decodes bytes as text, one character each. Only ASCII stays as it is: any other byte becomes some character
 * beyond ASCII.
 */
export function decodeBytes(bytes: Uint8Array): string {
  return byteDecoder.decode(bytes);
}

const encoder = new TextEncoder();

/** The bytes of a string as QEMU stores them. */
export function encode(text: string): Uint8Array {
  if (!text.includes('\0')) return encoder.encode(text);
  const bytes: number[] = [];
  for (const byte of encoder.encode(text)) {
    if (byte === 0) bytes.push(0xc0, 0x80);
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
