/**
 * Integers that a JavaScript `number` cannot hold.
 *
 * QEMU sends 64-bit integers, signed and unsigned, in full. `JSON.parse` rounds them above 2^53, so a text
 * that may hold one goes through an exact parser. Such texts are rare, and this file finds them cheaply.
 */

const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;

/** Ten to the fifteenth is below 2^53: an integer needs at least this many digits to be unsafe. */
const UNSAFE_DIGITS = 16;

/**
 * Digits above which an integer is read as a double, as QEMU does above 64 bits: `BigInt` would take too
 * long.
 */
const MAX_BIGINT_DIGITS = 400;

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

/**
 * Whether `bytes[from, to)` holds a run of digits that may be an integer beyond ±(2^53−1).
 *
 * A run of 16 digits covers every 16th byte at least once, so looking at those is enough.
 * A run behind a point is a fraction and stays a double: QEMU prints doubles with 17 digits.
 */
export function mayHoldUnsafeInteger(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from + UNSAFE_DIGITS - 1; i < to; i += UNSAFE_DIGITS) {
    if (!isDigit(bytes[i] as number)) continue;
    let first = i;
    while (first > from && isDigit(bytes[first - 1] as number)) first--;
    if (first > from && bytes[first - 1] === DOT) continue;
    let end = i + 1;
    while (end < to && isDigit(bytes[end] as number)) end++;
    if (end - first >= UNSAFE_DIGITS) return true;
    i = end - 1;
  }
  return false;
}

/** The same for a text. */
export const textMayHoldUnsafeInteger = (text: string): boolean => /\d{16}/.test(text);

/** The value of an integer as written in JSON (an optional minus sign, then digits). */
export function parseInteger(digits: string): number | bigint {
  const value = Number(digits);
  if (Number.isSafeInteger(value) || digits.length > MAX_BIGINT_DIGITS) return value;
  return BigInt(digits);
}
