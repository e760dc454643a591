import { ImgFailure } from './context.ts';

const SUFFIXES = 'BKMGTPE';
/** Largest size that QEMU takes: it counts in signed 64 bits. */
const MAX = 2 ** 63;

/**
 * Reads a size: a decimal or hexadecimal number of bytes, or a decimal number, which may have a fraction,
 * with one of the letters B, K, M, G, T, P, E (util/cutils.c, `qemu_strtosz`).
 *
 * @returns The size in bytes; `undefined` if the text isn't one.
 */
export function parseSize(text: string): number | undefined {
  const hex = /^\s*0x([0-9a-f]+)$/i.exec(text)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const [, whole, fraction, suffix = ''] = /^\s*\+?(\d+)(\.\d*)?([bkmgtpe]?)$/i.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const power = suffix === '' ? 0 : SUFFIXES.indexOf(suffix.toUpperCase());
  if (fraction !== undefined && Number(fraction === '.' ? 0 : fraction) !== 0 && power === 0)
    return undefined;
  const part = fraction === undefined || fraction === '.' ? 0 : Number(fraction) * 1024 ** power;
  return Number(whole) * 1024 ** power + Math.trunc(part);
}

/** Reads a number with a suffix of sizes that a command line gives, or fails in QEMU's words. */
export function sizeArgument(
  what: string,
  text: string,
  most: number | bigint = 2n ** 63n - 1n,
  least: number = 0,
): number {
  const size = parseSize(text);
  if (size === undefined) {
    throw new ImgFailure(
      `Invalid ${what} specified. You may use k, M, G, T, P or E suffixes for\n` +
        'qemu-img: kilobytes, megabytes, gigabytes, terabytes, petabytes and exabytes.',
    );
  }
  if (size < least || size > most || size >= MAX) {
    throw new ImgFailure(`Invalid ${what} specified. Must be between ${least} and ${most}.`);
  }
  return size;
}

/** Refuses a limit of the rate that isn't a size, while the line is read. */
export function checkRate(name: string, value: string): void {
  if (name === 'r') sizeArgument('rate limit', value);
}
