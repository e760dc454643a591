import type { QValue } from '../../engine/json/value.ts';

const SIZES = /^size(32)?$/;
const PREFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Least value of a unit: there are three digits before it (`size_to_str` in `util/cutils.c`). */
const STEP = 1000 / 1024;
const WORD = 2n ** 64n;

/** A value as `info qtree` shows it, or `undefined` if it isn't known how (`string_output_visitor_new`). */
export function shownValue(type: string, value: QValue): string | undefined {
  if (typeof value === 'boolean') return `${value}`;
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  return SIZES.test(type) ? `${value} (${sizeText(Number(value))})` : `${value} (0x${hex(BigInt(value))})`;
}

const hex = (value: bigint): string => (value < 0n ? value + WORD : value).toString(16);

/** A size with three digits. */
function sizeText(size: number): string {
  let power = 0;
  while (power < PREFIXES.length - 1 && size / 1024 ** (power + 1) >= STEP) power += 1;
  return `${Number((size / 1024 ** power).toPrecision(3))} ${PREFIXES[power]}B`;
}
