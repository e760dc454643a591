import type { QmpClock } from './clock.ts';
import { optionError, TIMEOUT } from './option-rules.ts';

/** Longest time that a Node timer can run: about 24.8 days. Longer deadlines are treated as no deadline. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Checks a deadline. Returns a number of ms, or `undefined` for no deadline.
 *
 * @throws QmpOptionError if the value is not a number of ms from 0, `null` or `Infinity`.
 */
export function checkTimeout(timeout: number | null | undefined): number | undefined {
  if (timeout === null || timeout === undefined) return undefined;
  if (!TIMEOUT.accepts(timeout)) throw optionError('timeout', TIMEOUT.what, timeout);
  return timeout > MAX_TIMER ? undefined : timeout;
}

/**
 * Watches a deadline and a signal at once.
 *
 * @returns A function that ends the watch. It must be called when the guarded call is over.
 */
export function watchLimits(
  clock: QmpClock,
  timeout: number | undefined,
  signal: AbortSignal | undefined,
  onTimeout: (ms: number) => void,
  onAbort: (reason: unknown) => void,
): () => void {
  const timer = timeout === undefined ? undefined : clock.setTimeout(() => onTimeout(timeout), timeout);
  if (signal === undefined) return timeout === undefined ? nothing : () => clock.clearTimeout(timer);
  const abort = (): void => onAbort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return () => {
    if (timeout !== undefined) clock.clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  };
}

const nothing = (): void => {};
