import { mayBeEvent } from '../../machine/monitor/tracing.ts';
import type { ArgumentContext } from './argument-context.ts';
import { refuse, StartError } from './start-error.ts';
import type { StartOption } from './start-option.ts';

/** Marks between the ends of a range, in the order in which QEMU looks for them. */
const MARKS = ['-', '+', '..'] as const;
const NUMBER = /^\s*[+-]?(0x[\da-f]+|\d+)$/i;

/** `-dfilter RANGE,…` (`qemu_set_dfilter_ranges` in QEMU's `util/log.c`). */
export function checkFilterArgument({ argument }: StartOption): void {
  for (const range of argument.split(',')) {
    const mark = MARKS.find((each) => range.includes(each));
    if (mark === undefined) refuse('Bad range specifier');
    const at = range.indexOf(mark);
    const [left, right] = [range.slice(0, at), range.slice(at + mark.length)];
    if (!NUMBER.test(left)) refuse(`Invalid number to the left of ${mark}`);
    if (!NUMBER.test(right)) refuse(`Invalid number to the right of ${mark}`);
    if (isEmpty(mark, BigInt(left), BigInt(right))) refuse('Invalid range');
  }
}

/** Whether a range is empty: after `-` comes a length before its end, after `+` one behind its beginning. */
function isEmpty(mark: (typeof MARKS)[number], left: bigint, right: bigint): boolean {
  if (mark === '+') return right === 0n;
  return mark === '-' ? right === 0n || right > left + 1n : right < left;
}

/** Checks `-trace`: warns of unknown events, and refuses an unreadable file of events (`trace/control.c`). */
export function checkTraceArgument({ values }: StartOption, { files, warn }: ArgumentContext): void {
  const pattern = values.get('enable');
  if (pattern !== undefined) warnOfEvent(pattern, warn);
  const events = values.get('events');
  const why = events === undefined ? undefined : files.whyNotReadable(events);
  if (why !== undefined) throw new StartError(why, { location: `:${events}` });
}

/** Warns of a trace event that no version has. Names that some version may have are taken for known. */
export function warnOfEvent(pattern: string, warn: (text: string) => void): void {
  const name = pattern.startsWith('-') ? pattern.slice(1) : pattern;
  if (/[*?]/.test(name) || mayBeEvent(name)) return;
  warn(`warning: trace event '${name}' does not exist`);
}
