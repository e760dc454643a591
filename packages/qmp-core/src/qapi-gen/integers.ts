/**
 * The rule for integers that are typed `number | bigint`.
 *
 * Introspection says `int` for everything from int8 to uint64. On the wire an integer beyond ±(2^53−1)
 * arrives as a `bigint` and every other one as a `number`; a type that said so everywhere would make
 * `major * 100 + minor` an error. So:
 *
 * - **Arguments** take `number | bigint` unless the member is known to be narrower than 64 bits. That never
 *   gets in the way of a caller who writes a number.
 * - **Results and events** give `number | bigint` if the value is one that passes 2^53 in practice or by its
 *   nature: addresses, masks, registers and raw counters, bytes (a sparse image may be 2^62 long),
 *   nanoseconds (2^53 ns are 104 days). The name of the member tells. All others — counts, indices, ports,
 *   percentages, milliseconds — are `number`.
 */

import type { Introspection } from './introspection.ts';
import { partsOf } from './introspection.ts';

/** Gives the bits of the integer that a member of an object type holds, if known. */
export type IntegerWidths = (type: string, member: string) => number | undefined;

/** Tells whether an integer (or array of integers) in an object type is `number | bigint`. */
export type IsWide = (type: string, member: string) => boolean;

/** The largest integer that a `number` holds exactly has 53 bits. */
const NUMBER_BITS = 53;

/** Whole names of members of results that hold 64-bit quantities. */
const WIDE_NAMES = words(
  // Registers of a guest that panicked.
  'arg1 arg2 arg3 arg4 arg5 psw-mask psw-addr gpa error-code',
  // Bytes.
  'actual size len offset total remaining transferred completed duplicate normal overflow count speed',
  'current-progress total-progress base-memory plugged-memory committed available amount-exceeded',
  'wr_highest_offset write-threshold write_threshold max-discard max-write-zeroes payload-offset key-offset',
  'bps bps_rd bps_wr max-bandwidth avail-switchover-bandwidth max-postcopy-bandwidth sector-num',
  // Addresses.
  'addr address memaddr base limit desc avail used',
  'vring-desc vring-avail vring-used desc-phys avail-phys used-phys',
  // Counters, masks and opaque values.
  'icount value boundaries bins cookie backend-cap snp-policy',
);

/** Names that end in a unit of such a quantity. */
const WIDE_ENDINGS =
  /[-_](?:bytes|bytes[-_]ok|ns|nsec|size|offset|features\d?|protocols|mask|addr|bps|bps[-_](?:rd|wr)|max[-_](?:rd|wr))$/;
const WIDE_BEGINNINGS = /^(?:bps|bytes)[-_]/;

/** Sizes and times that stay small although their name has the unit of a large quantity. */
const NARROW_NAMES = words(
  'cluster-size page-size block-size bucket-size desc-size avail-size used-size iops_size',
  'date-nsec vm-clock-nsec timer-period',
);

/**
 * The rule of this file for one schema.
 *
 * @param widths - Known widths of arguments. Default: every width is unknown.
 */
export function wideIntegers(schema: Introspection, widths: IntegerWidths = () => undefined): IsWide {
  const taken = reachable(
    schema,
    schema.commands.map((command) => command.arguments),
  );
  const given = reachable(schema, [
    ...schema.commands.map((command) => command.return),
    ...schema.events.map((event) => event.data),
  ]);
  return (type, member) =>
    (given.has(type) && isWideResult(member)) ||
    (taken.has(type) && (widths(type, member) ?? Infinity) > NUMBER_BITS);
}

/** Whether a member of a result with this name holds a quantity that can pass 2^53. */
export function isWideResult(member: string): boolean {
  if (NARROW_NAMES.has(member) || member.endsWith('_length')) return false;
  return WIDE_NAMES.has(member) || WIDE_ENDINGS.test(member) || WIDE_BEGINNINGS.test(member);
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}

function reachable(schema: Introspection, roots: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const todo = [...roots];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    todo.push(...partsOf(schema.type(name)));
  }
  return seen;
}
