import { clearTimeout, setTimeout } from 'node:timers';

/**
 * Timer functions that measure a client's deadlines. Any object with these two functions will do:
 * `globalThis`, for a test runner's fake timers, or the clock of a `MockQmp`, which a test turns by hand.
 *
 * The functions are looked up at each call, so fake timers may be installed before or after the client is
 * made.
 *
 * @example
 * const client = await QmpClient.connect(path, { clock: globalThis })
 * vi.useFakeTimers()
 * const slow = client.execute('query-block', {}, { timeout: 60_000 })
 * vi.advanceTimersByTime(60_000) // `slow` rejects with a QmpTimeoutError
 */
export interface QmpClock {
  /** Calls `action` once, after `ms` milliseconds. Returns a handle for {@link QmpClock.clearTimeout}. */
  setTimeout(action: () => void, ms: number): unknown;
  /** Cancels such a call. */
  clearTimeout(timer: unknown): void;
}

/**
 * The system's time. It doesn't use the global functions, so a test's fake timers can't stop deadlines that
 * weren't meant.
 */
export const SYSTEM_CLOCK: QmpClock = {
  setTimeout: (action, ms) => setTimeout(action, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
};
