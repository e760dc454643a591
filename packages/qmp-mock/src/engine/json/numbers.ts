import { QFloat } from './value.ts';

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** Whether an integer fits one of QEMU's two integer types, `int64` and `uint64`. */
export function fitsQemuInteger(value: bigint): boolean {
  return value >= INT64_MIN && value <= UINT64_MAX;
}

/** Turns a `bigint` into a `number` if that is exact, so that each integer has one form. */
export function narrow(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Characters, sign included, up to which an integer is exact as a `number`. */
const SAFE_CHARACTERS = 15;

/** Reads an integer token. An integer that fits neither `int64` nor `uint64` becomes a float, as in QEMU. */
export function parseInteger(text: string): number | bigint | QFloat {
  // Adding 0 makes -0 an ordinary 0: QEMU's integers have no negative zero.
  if (text.length <= SAFE_CHARACTERS) return Number(text) + 0;
  const value = BigInt(text);
  return fitsQemuInteger(value) ? narrow(value) : new QFloat(Number(text));
}

/** Significant digits that QEMU prints, enough for every double to be read back unchanged. */
const DIGITS = 17;
/**
 * Digits that tell for certain whether a double lies exactly half-way between two numbers of 17 digits: no
 * such double has as many.
 */
const EXACT = 60;

/**
 * Digits and exponent of a finite, positive number, rounded to 17 significant digits. If the number lies
 * exactly half-way, C rounds to the even digit and JavaScript rounds up; this gives C's answer.
 */
function round17(value: number): { digits: string; exponent: number } {
  const [mantissa, exponent] = value.toExponential(DIGITS - 1).split('e') as [string, string];
  let digits = mantissa.replace('.', '');
  if (/[13579]$/.test(digits)) {
    const [exactMantissa, exactExponent] = value.toExponential(EXACT).split('e') as [string, string];
    const exact = exactMantissa.replace('.', '');
    if (/^50*$/.test(exact.slice(DIGITS))) digits = exact.slice(0, DIGITS);
    return { digits, exponent: Number(digits === exact.slice(0, DIGITS) ? exactExponent : exponent) };
  }
  return { digits, exponent: Number(exponent) };
}

/**
 * Formats a floating-point number as QEMU prints it: with C's `%.17g`, which prints `inf` and `nan` although
 * JSON doesn't have words for them.
 *
 * @example
 * formatFloat(0.1)   // '0.10000000000000001'
 * formatFloat(1)     // '1'
 * formatFloat(1e-7)  // '9.9999999999999995e-08'
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}inf`;
  if (size === 0) return `${sign}0`;
  const { digits, exponent } = round17(size);
  const shown = digits.replace(/(?<!0)0+$/, '');
  if (exponent < -4 || exponent >= DIGITS) {
    const fraction = shown.length > 1 ? `.${shown.slice(1)}` : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${shown[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${shown}`;
  const whole = shown.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = shown.slice(exponent + 1);
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}
