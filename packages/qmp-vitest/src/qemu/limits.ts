import { clearTimeout, setTimeout } from 'node:timers';
import { optionError, TIMEOUT } from 'qmp-core/internal';

/** Limits of a wait. */
export interface WaitLimits {
  /** Deadline in ms. Default: no deadline. */
  timeout?: number | null | undefined;
  /** Gives up: the call rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

/** Longest time that a Node timer can run: about 24.8 days. Longer deadlines are treated as no deadline. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Checks a deadline. Returns a number of ms, or `undefined` for no deadline.
 *
 * @throws QmpOptionError if the value is not a number of ms from 0, `null` or `Infinity`.
 */
export function checkLimit(name: string, ms: number | null | undefined): number | undefined {
  if (ms === null || ms === undefined) return undefined;
  if (!TIMEOUT.accepts(ms)) throw optionError(name, TIMEOUT.what, ms);
  return ms > MAX_TIMER ? undefined : ms;
}

/** A deadline and a caller's signal, combined into one signal. */
export interface Deadline {
  /** Aborts when the time is up, when the caller's signal aborts, or by {@link Deadline.abort}. */
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Ends the watch. It must be called when the guarded call is over. */
  end(): void;
}

/**
 * Watches a deadline and a signal at once. The timer comes from `node:timers`, so a test's fake timers don't
 * stop it.
 *
 * @param late - Makes the reason when the time is up.
 */
export function startDeadline(
  timeout: number | undefined,
  outer: AbortSignal | undefined,
  late: (ms: number) => unknown,
): Deadline {
  const controller = new AbortController();
  const timer =
    timeout === undefined ? undefined : setTimeout(() => controller.abort(late(timeout)), timeout);
  const abort = (): void => controller.abort(outer?.reason);
  if (outer?.aborted === true) abort();
  else outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

/** Waits for the promise. Rejects with the signal's `reason` if the signal aborts first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    over.abort();
  }
}

/** Whether the promise settles within `ms` milliseconds. It isn't cancelled if it doesn't. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
