import type { QmpEvent } from 'qmp-core';
import {
  describeDifferences,
  Matcher,
  QmpDisconnectedError,
  QmpTimeoutError,
  show,
  visible,
} from 'qmp-core/internal';
import type { Pattern } from 'qmp-core/matching';
import type { MatcherState } from 'vitest';
import type { MatchResult } from './match-result.ts';
import { clientOf } from './subject.ts';

/** Options of the matcher `toEmitEvent`. */
export interface ToEmitEventOptions {
  /**
   * Time in ms to wait for the event. Default: 3000, below Vitest's own limit for a test. With `.not` the
   * default is 0, which looks only at events that have come.
   */
  timeout?: number | undefined;
  /** A mark taken with `qmp.mark()`: earlier events don't count. */
  since?: number | undefined;
}

const DEFAULT_TIMEOUT = 3000;

/**
 * `toEmitEvent(name, data?, options?)`: the event comes, or came and no wait has returned it yet, and its
 * data has these members. The found event counts as waited for.
 */
export async function toEmitEvent(
  state: MatcherState,
  actual: unknown,
  name: string,
  data?: Pattern,
  options: ToEmitEventOptions = {},
): Promise<MatchResult> {
  const client = clientOf(actual, 'toEmitEvent');
  const { utils, isNot } = state;
  const matcher = data === undefined ? undefined : new Matcher(data);
  const timeout = options.timeout ?? (isNot ? 0 : DEFAULT_TIMEOUT);
  const others: string[] = [];
  let nearest: QmpEvent | undefined;
  const wanted = (event: QmpEvent): boolean => {
    if (event.event === name && matcher?.matches(event.data ?? {}) !== false) return true;
    if (event.event === name) nearest = event;
    others.push(event.event);
    return false;
  };
  const hint = utils.matcherHint('toEmitEvent', 'qmp', data === undefined ? 'name' : 'name, data', {
    isNot,
    promise: state.promise,
  });
  const what = matcher === undefined ? name : `${name} ${String(matcher)}`;
  let end: string;
  try {
    const event = await client.untyped.waitForEvent(wanted, { timeout, since: options.since });
    const came = event.data === undefined ? event.event : `${event.event} ${show(event.data)}`;
    return { pass: true, message: () => `${hint}\n\nExpected no event ${what}, but ${came} came.` };
  } catch (error) {
    if (error instanceof QmpTimeoutError) end = `within ${timeout} ms`;
    else if (error instanceof QmpDisconnectedError) end = 'before the connection ended';
    else throw error;
  }
  const seen = others.length === 0 ? 'no other event came' : `only ${visible(others.join(', '))} came`;
  const but =
    nearest === undefined ? `${seen}.` : `${name} came with other data.\n\n${why(matcher, nearest)}`;
  return {
    pass: false,
    message: () => `${hint}\n\nExpected the event ${what}. It did not come ${end}; ${but}`,
    ...(nearest === undefined ? {} : { actual: nearest.data ?? {}, expected: data }),
  };
}

/** Describes how an event's data differs from the expected data. */
function why(matcher: Matcher | undefined, event: QmpEvent): string {
  return describeDifferences(matcher?.differences(event.data ?? {}) ?? [])
    .map((line) => `  ${line}`)
    .join('\n');
}
