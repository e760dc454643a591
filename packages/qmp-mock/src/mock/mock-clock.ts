import { optionError } from 'qmp-core/internal';
import type { Clock, Waiting } from '../engine/clock.ts';
import type { WaitingDelay } from './script/waiting.ts';

/**
 * The genuine `Date.now`, taken when this module is loaded: fake timers that a test installs later don't
 * replace it.
 */
const dateNow: () => number = Date.now;

/** Options of a {@link MockClock}. */
export interface MockClockOptions {
  /**
   * The time to start at: a date, or ms since the epoch. Then only {@link MockClock.advance} moves the clock,
   * so timestamps are the same in each run. Default: the system's time, which moves by itself.
   */
  time?: Date | number | undefined;
}

interface Timer {
  readonly due: number;
  readonly action: () => void;
  readonly waiting: Waiting | undefined;
}

/**
 * A clock whose delays end when the test says so. Nothing waits in real time: delays end in order when
 * {@link advance} is called, and never before.
 *
 * It uses neither `Date` nor the global timers, so it doesn't need `vi.useFakeTimers()` and isn't stopped by
 * it.
 *
 * @example
 * const clock = new MockClock({ time: 0 })
 * clock.after(20, () => console.log('due')) // nothing yet
 * clock.advance(20) // due
 */
export class MockClock implements Clock {
  /** The time that the clock was set to, in µs, or `undefined` while it follows the system. */
  #set: number | undefined;
  /** Total turning in ms at the moment when the clock was set. */
  #setAt = 0;
  /** Total turning in ms. */
  #turned = 0;
  /** Pending delays, earliest first; of two that end together, the older first. */
  readonly #timers: Timer[] = [];

  constructor(options: MockClockOptions = {}) {
    if (options.time !== undefined) this.setTime(options.time);
  }

  /** Microseconds since the epoch. */
  now(): number {
    return (this.#set ?? dateNow() * 1000) + Math.round((this.#turned - this.#setAt) * 1000);
  }

  /** Number of delays that wait for {@link advance}. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Time in ms until the next delay ends, or `undefined` if none is pending. */
  get nextIn(): number | undefined {
    const next = this.#timers[0];
    return next === undefined ? undefined : next.due - this.#turned;
  }

  /**
   * Stops the clock at a time. Pending delays aren't affected.
   *
   * @param time - A date, or ms since the epoch.
   */
  setTime(time: Date | number): void {
    const ms = typeof time === 'number' ? time : time.getTime();
    if (!Number.isFinite(ms))
      throw optionError('time', 'a date or a number of ms', typeof time === 'number' ? time : String(time));
    this.#set = ms * 1000;
    this.#setAt = this.#turned;
  }

  /**
   * The delays that wait for {@link advance}, earliest first. They explain why nothing comes.
   *
   * @example
   * const path = '/machine/peripheral/disk0'
   * mock.expect('device_del').return({}).after(500).emit('DEVICE_DELETED', { path })
   * await client.execute('device_del', { id: 'disk0' })
   * mock.clock.waiting // [{ ms: 500, kind: 'event', what: 'DEVICE_DELETED, at unplug.test.ts:19:6' }]
   */
  get waiting(): readonly WaitingDelay[] {
    return this.#timers.flatMap(({ due, waiting }) => {
      const what = waiting === undefined ? "something of the test's own" : waiting.what();
      return what === undefined ? [] : [{ ms: due - this.#turned, kind: waiting?.kind ?? 'other', what }];
    });
  }

  after(ms: number, action: () => void, waiting?: Waiting): () => void {
    checkDuration(ms);
    const timer: Timer = { due: this.#turned + ms, action, waiting };
    let at = this.#timers.length;
    while (at > 0 && this.#timers[at - 1]!.due > timer.due) at--;
    this.#timers.splice(at, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /**
   * Does as {@link after}, in the form that the option `clock` of a `QmpClient` takes. The client's deadlines
   * then run on this clock.
   */
  setTimeout(action: () => void, ms: number): () => void {
    return this.after(ms, action);
  }

  /** Cancels a delay of {@link setTimeout}. */
  clearTimeout(timer: unknown): void {
    if (typeof timer === 'function') timer();
  }

  /**
   * Turns the clock. Delays that end within `ms` end now, in order, each at its own time. This includes
   * delays that begin meanwhile, but not those that begin behind a promise, as in a handler that awaits one
   * delay after another: use {@link advanceAsync} for these.
   *
   * @param ms - Time in ms to turn the clock by.
   */
  advance(ms: number): void {
    checkDuration(ms);
    const end = this.#turned + ms;
    while (this.#runNext(end)) {
      // each step takes the earliest delay, which may just have begun
    }
    this.#turned = Math.max(this.#turned, end);
  }

  /**
   * Turns the clock as {@link advance} does, and lets promises settle after each delay.
   *
   * @param ms - Time in ms to turn the clock by.
   */
  async advanceAsync(ms: number): Promise<void> {
    checkDuration(ms);
    const end = this.#turned + ms;
    await settle();
    while (this.#runNext(end)) await settle();
    this.#turned = Math.max(this.#turned, end);
  }

  /** Ends the earliest delay that is due by `end`. Returns whether there was one. */
  #runNext(end: number): boolean {
    const next = this.#timers[0];
    if (next === undefined || next.due > end) return false;
    this.#timers.shift();
    this.#turned = Math.max(this.#turned, next.due);
    next.action();
    return true;
  }
}

function checkDuration(ms: number): void {
  if (typeof ms === 'number' && ms >= 0 && ms < Infinity) return;
  throw optionError('ms', 'a number of ms from 0', ms);
}

/** Lets ready promise chains continue. It takes a few turns of the queue but no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 16; turn++) await Promise.resolve();
}
