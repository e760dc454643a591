const UNITS = 'BKMGTPE';

/** Bytes of a size such as `64`, `1.5G` or `0x100`; a number without a unit counts units of `unit`. */
export function parseSize(value: string, unit = 'B'): number | undefined {
  const [, number, suffix = unit] = /^(0[xX][\da-fA-F]+|\d+(?:\.\d*)?)([BKMGTPEbkmgtpe])?$/.exec(value) ?? [];
  if (number === undefined) return undefined;
  return Number(number) * 1024 ** UNITS.indexOf(suffix.toUpperCase());
}
