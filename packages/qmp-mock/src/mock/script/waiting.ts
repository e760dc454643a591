import type { Waiting } from '../../engine/clock.ts';

/** A delay that waits for the clock. */
export interface WaitingDelay {
  /** Time in ms until it ends. */
  readonly ms: number;
  /** Kind of the thing that comes then. */
  readonly kind: Waiting['kind'];
  /** Its name, and its place in the test's source, if known: `DEVICE_DELETED, at unplug.test.ts:19:6`. */
  readonly what: string;
}

/** Formats `, at file:line:column`; empty if the place is unknown. */
export function atPlace(site: { toString(): string }): string {
  const place = String(site);
  return place === '' ? '' : `, at ${place}`;
}

/** Words for each kind, for one and for several. */
const KINDS = [
  ['event', 'event waits', 'events wait'],
  ['reply', 'reply waits', 'replies wait'],
  ['other', 'delay waits', 'delays wait'],
] as const;

/** Number of delays that are named. */
const NAMED = 5;

/**
 * Describes the delays that wait for the mock's clock, and how far the clock has to be turned, with one line
 * per kind.
 *
 * ```text
 * 1 event waits for mock.clock.advance(500): DEVICE_DELETED, at unplug.test.ts:19:6
 * ```
 */
export function describeWaiting(delays: readonly WaitingDelay[]): string[] {
  return KINDS.flatMap(([kind, one, several]) => {
    const waiting = delays.filter((delay) => delay.kind === kind);
    if (waiting.length === 0) return [];
    const names = waiting.slice(0, NAMED).map(({ what }) => what);
    if (waiting.length > NAMED) names.push(`and ${waiting.length - NAMED} more`);
    const last = Math.max(...waiting.map(({ ms }) => ms));
    const count = waiting.length === 1 ? `1 ${one}` : `${waiting.length} ${several}`;
    return [`${count} for mock.clock.advance(${last}): ${names.join('; ')}`];
  });
}
