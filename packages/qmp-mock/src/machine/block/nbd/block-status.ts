import type { StatusExtent } from './export.ts';

/** Most extents of a reply (`NBD_MAX_BLOCK_STATUS_EXTENTS`: 1 MiB of them). */
const MOST = (1 << 20) / 8;
/** Longest extent that a reply with 32-bit lengths can tell of. */
const LONGEST_32 = 0xff_ff_ff_ff;

/**
 * Joins neighbours in the same state, up to the number of extents that a reply has.
 *
 * @param one - Whether the client wants one extent only.
 * @param extended - Whether lengths have 64 bits.
 */
export function joinExtents(
  extents: Iterable<StatusExtent>,
  one: boolean,
  extended: boolean,
): StatusExtent[] {
  const joined: { length: number; readonly flags: number }[] = [];
  const longest = extended ? Infinity : LONGEST_32;
  for (const { length, flags } of extents) {
    if (length === 0) continue;
    const last = joined.at(-1);
    if (last?.flags === flags && last.length + length <= longest) last.length += length;
    else if (joined.length < (one ? 1 : MOST)) joined.push({ length, flags });
    else break;
  }
  return joined;
}
