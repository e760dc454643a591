import type { QmpClient, QmpEvent, UntypedQapi } from 'qmp-core';
import { QmpTimeoutError } from 'qmp-core/internal';
import { describeExit, QemuExitError, type QemuExit } from './errors.ts';
import { checkLimit, orAborted, settlesWithin, startDeadline, type WaitLimits } from './limits.ts';
import type { OutputMatch } from './output.ts';

/**
 * A condition to wait for. {@link runState}, {@link eventOf}, {@link outputOf}, {@link exitOf}, {@link anyOf}
 * and {@link allOf} make conditions, and you can write your own.
 */
export interface Condition<T> {
  /** The condition in words: `the run state paused`. */
  readonly description: string;
  /**
   * Waits until the condition is met. If the signal aborts, it releases everything and rejects.
   *
   * @throws an error if the condition can no longer be met.
   */
  wait(signal: AbortSignal): Promise<T>;
  /** Describes the progress in words, for the message when the time is up. */
  progress?(): string;
}

/** A client of any schema. */
interface AnyClient {
  readonly untyped: QmpClient<UntypedQapi>;
}

/**
 * Waits for a condition, without sleeping.
 *
 * @param condition - The condition.
 * @param limits.timeout - Deadline in ms for the whole wait. Default: no deadline.
 * @returns The condition's result.
 * @throws QmpTimeoutError after the deadline. The message says what was missing.
 * @throws the condition's error if it can no longer be met: a `QmpDisconnectedError` or a `QemuExitError`.
 *
 * @example
 * const { name } = await waitFor(
 *   anyOf({ booted: outputOf(vm.console, 'login:'), panicked: eventOf(vm.client, 'GUEST_PANICKED') }),
 *   { timeout: 60_000 },
 * )
 */
export async function waitFor<T>(condition: Condition<T>, limits: WaitLimits = {}): Promise<T> {
  const late = (timeout: number): Error =>
    new QmpTimeoutError(`Waited ${timeout} ms for ${tell(condition)}`, { timeout });
  const deadline = startDeadline(checkLimit('timeout', limits.timeout), limits.signal, late);
  try {
    return await orAborted(condition.wait(deadline.signal), deadline.signal);
  } finally {
    deadline.end();
  }
}

/**
 * Makes the condition that the machine is in a run state, or in one of several. It's met at once if the
 * machine is already there.
 *
 * @example
 * await waitFor(runState(vm.client, ['paused', 'shutdown']), { timeout: 5000 })
 */
export function runState(client: AnyClient, states: string | readonly string[]): Condition<string> {
  const wanted = typeof states === 'string' ? [states] : states;
  let seen: string | undefined;
  return {
    description: `the run state ${wanted.join(' or ')}`,
    progress: () => (seen === undefined ? 'it is not known yet' : `it is ${seen}`),
    async wait(signal) {
      // Opened before the first question: what changes after that is not missed.
      const events = client.untyped.events(undefined, { signal });
      try {
        for (let next = events.next(); ;) {
          const { status } = (await client.untyped.execute('query-status', {}, { signal })) as RunStateInfo;
          seen = status;
          if (wanted.includes(status)) return status;
          if (await settlesWithin(next, RECHECK)) next = events.next();
        }
      } finally {
        await events.return?.();
      }
    },
  };
}

interface RunStateInfo {
  status: string;
}

/**
 * A few changes of the run state (the end of an incoming migration, of preconfig) come without an event. In
 * ms.
 */
const RECHECK = 250;

/** Options of {@link eventOf}. */
export interface EventConditionOptions {
  /** Pattern for the event's `data`: at least these members, at every depth. */
  match?: object | undefined;
  /** Mark of the same client that limits the look-back. Default: the whole history. */
  since?: number | undefined;
}

/**
 * Makes the condition that an event comes, or has come and no wait has returned it yet.
 *
 * @param names - A name, or several names, one of which is enough.
 *
 * @example
 * await waitFor(eventOf(vm.client, 'DEVICE_DELETED', { match: { device: 'net0' } }), { timeout: 5000 })
 */
export function eventOf(
  client: AnyClient,
  names: string | readonly string[],
  options: EventConditionOptions = {},
): Condition<QmpEvent> {
  const wanted = typeof names === 'string' ? [names] : names;
  const data = options.match === undefined ? '' : ` with ${JSON.stringify(options.match)}`;
  return {
    description: `the event ${wanted.join(' or ')}${data}`,
    wait: (signal) => client.untyped.waitForEvent(wanted, { ...options, signal }) as Promise<QmpEvent>,
  };
}

/** A source of text: a console, `vm.output.stderr`. */
interface Showing {
  readonly text: string;
  waitFor(pattern: string | RegExp, limits: WaitLimits): Promise<OutputMatch>;
}

/**
 * Makes the condition that a console or an output stream shows a text, or has shown it and no wait has
 * matched it yet.
 *
 * @example
 * await waitFor(outputOf(vm.console, /login: $/), { timeout: 60_000 })
 */
export function outputOf(output: Showing, pattern: string | RegExp): Condition<OutputMatch> {
  return {
    description: `the text ${typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern)}`,
    progress: () =>
      output.text === '' ? 'nothing was shown' : `shown: …${output.text.slice(-SHOWN).trimEnd()}`,
    wait: (signal) => output.waitFor(pattern, { signal }),
  };
}

/** Characters of an output that a message shows. */
const SHOWN = 300;

/** A process that can end. */
interface Ending {
  readonly exited: Promise<QemuExit>;
}

/**
 * Makes the condition that a process ends.
 *
 * @param wanted - The expected exit code; any other end makes the wait reject. Default: any end.
 *
 * @example
 * await waitFor(exitOf(vm, 0), { timeout: 10_000 })
 */
export function exitOf(process: Ending, wanted?: number): Condition<QemuExit> {
  return {
    description:
      wanted === undefined ? 'the end of the process' : `the end of the process with exit code ${wanted}`,
    progress: () => 'it still runs',
    async wait(signal) {
      const exit = await orAborted(process.exited, signal);
      if (wanted === undefined || exit.code === wanted) return exit;
      throw new QemuExitError(`The process ended with ${describeExit(exit)}, not with exit code ${wanted}`, {
        exit,
      });
    },
  };
}

/** The first of several conditions that was met, and its result. */
export type FirstOf<C extends Record<string, unknown>> = {
  [N in keyof C & string]: { readonly name: N; readonly value: C[N] };
}[keyof C & string];

/**
 * Makes the condition that one of several is met; the others are released. It fails when none of them can be
 * met any more.
 *
 * @param conditions - The conditions by name. The result has the name of the first one.
 *
 * @example
 * const up = outputOf(vm.console, 'login:')
 * const first = await waitFor(anyOf({ up, gone: exitOf(vm) }), { timeout: 60_000 })
 * if (first.name === 'gone') console.log(first.value.code)
 */
export function anyOf<C extends Record<string, unknown>>(conditions: Conditions<C>): Condition<FirstOf<C>> {
  const entries = Object.entries<Condition<unknown>>(conditions);
  return {
    description: `any of: ${listed(entries)}`,
    progress: () => entries.map(([name, condition]) => `${name}: ${tell(condition)}`).join('; '),
    wait: (signal) =>
      together(signal, async (inner) => {
        const errors: unknown[] = [];
        const attempts = entries.map(async ([name, condition]) => {
          try {
            return { name, value: await condition.wait(inner) };
          } catch (error) {
            errors.push(error);
            throw error;
          }
        });
        try {
          return (await Promise.any(attempts)) as FirstOf<C>;
        } catch {
          // The first to fail is nearest to the cause.
          throw errors[0] ?? new Error('There is nothing to wait for: anyOf needs at least one condition');
        }
      }),
  };
}

/**
 * Makes the condition that all of several are met, in any order. It fails when the first of them fails.
 *
 * @example
 * const { stopped, said } = await waitFor(
 *   allOf({ stopped: runState(vm.client, 'paused'), said: outputOf(vm.console, 'bye') }),
 *   { timeout: 5000 },
 * )
 */
export function allOf<C extends Record<string, unknown>>(conditions: Conditions<C>): Condition<C> {
  const entries = Object.entries<Condition<unknown>>(conditions);
  const missing = new Map(entries);
  return {
    description: `all of: ${listed(entries)}`,
    progress: () =>
      [...missing].map(([name, condition]) => `${name} is missing: ${tell(condition)}`).join('; '),
    wait: (signal) =>
      together(signal, async (inner) => {
        const values = await Promise.all(
          entries.map(async ([name, condition]) => {
            const value = await condition.wait(inner);
            missing.delete(name);
            return [name, value] as const;
          }),
        );
        return Object.fromEntries(values) as C;
      }),
  };
}

type Conditions<C extends Record<string, unknown>> = { [N in keyof C]: Condition<C[N]> };

/** Gives several waits one signal, and releases the remaining ones when the result is settled. */
async function together<T>(signal: AbortSignal, run: (inner: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = startDeadline(undefined, signal, () => undefined);
  try {
    return await run(deadline.signal);
  } finally {
    deadline.abort(new Error('The wait is over'));
    deadline.end();
  }
}

function listed(entries: readonly (readonly [string, Condition<unknown>])[]): string {
  return entries.map(([name, condition]) => `${name} (${condition.description})`).join(', ');
}

function tell(condition: Condition<unknown>): string {
  const progress = condition.progress?.();
  return progress === undefined ? condition.description : `${condition.description}: ${progress}`;
}
