import { clearTimeout, setTimeout } from 'node:timers';

/**
 * Where the deadlines of a client take their time from. Any object with these two functions will do: `globalThis`, for
 * the fake timers of a test runner, or the clock of a `MockQmp`, which a test turns by hand.
 *
 * The functions are looked up at each call, so fake timers may be installed before or after the client is made.
 *
 * @example
 * const client = await QmpClient.connect(path, { clock: globalThis })
 * vi.useFakeTimers()
 * const slow = client.execute('query-block', {}, { timeout: 60_000 })
 * vi.advanceTimersByTime(60_000) // `slow` rejects with a QmpTimeoutError
 */
export interface QmpClock {
  /** Calls `action` once, so many ms from now; gives what {@link QmpClock.clearTimeout} calls it off by. */
  setTimeout(action: () => void, ms: number): unknown;
  /** Calls it off. */
  clearTimeout(timer: unknown): void;
}

/** The system's time. Not by the global functions: fake timers of a test that has not asked for them stop nothing. */
export const SYSTEM_CLOCK: QmpClock = {
  setTimeout: (action, ms) => setTimeout(action, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
};
