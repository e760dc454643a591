import type { Clock, Waiting } from '../engine/clock.ts';
import type { WaitingDelay } from './script/waiting.ts';

/** Taken when this module is loaded: fake timers that a test installs later replace `Date`, not this function. */
const dateNow: () => number = Date.now;

/** Options of a {@link MockClock}. */
export interface MockClockOptions {
  /**
   * What time it is: a date, or ms since the epoch. From then on only {@link MockClock.advance} moves it, so that
   * timestamps are the same in each run. Default: the system's time, which goes on by itself.
   */
  time?: Date | number | undefined;
}

interface Timer {
  readonly due: number;
  readonly action: () => void;
  readonly waiting: Waiting | undefined;
}

/**
 * A clock whose delays end when the test says so. Nothing waits in real time: what is due comes the moment
 * {@link advance} is called, in order, and never before.
 *
 * It asks neither `Date` nor the global timers, so `vi.useFakeTimers()` neither stops it nor is needed.
 *
 * @example
 * const clock = new MockClock({ time: 0 })
 * clock.after(20, () => console.log('due')) // nothing yet
 * clock.advance(20) // due
 */
export class MockClock implements Clock {
  /** What time it was when the clock was set, in µs, or `undefined` while it follows the system. */
  #set: number | undefined;
  /** How far the clock had been turned when it was set, in ms. */
  #setAt = 0;
  /** How far the clock has been turned, in ms. */
  #turned = 0;
  /** Delays that have not ended, earliest first; of two that end together, the older first. */
  readonly #timers: Timer[] = [];

  constructor(options: MockClockOptions = {}) {
    if (options.time !== undefined) this.setTime(options.time);
  }

  /** Microseconds since the epoch. */
  now(): number {
    return (this.#set ?? dateNow() * 1000) + Math.round((this.#turned - this.#setAt) * 1000);
  }

  /** How many delays wait for {@link advance}. */
  get pending(): number {
    return this.#timers.length;
  }

  /** How many ms from now the next delay ends, or `undefined` where none is pending. */
  get nextIn(): number | undefined {
    const next = this.#timers[0];
    return next === undefined ? undefined : next.due - this.#turned;
  }

  /**
   * Stops the clock at a time; delays are not touched.
   *
   * @param time - A date, or ms since the epoch.
   */
  setTime(time: Date | number): void {
    const ms = typeof time === 'number' ? time : time.getTime();
    if (!Number.isFinite(ms)) throw new RangeError(`A time is a date or a number of ms, not ${String(time)}`);
    this.#set = ms * 1000;
    this.#setAt = this.#turned;
  }

  /**
   * What waits for {@link advance}, earliest first: for those who wonder why nothing comes.
   *
   * @example
   * mock.expect('device_del').return({}).after(500).emit('DEVICE_DELETED', { path: '/machine/peripheral/disk0' })
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

  /** As {@link after}, in the form that the option `clock` of a `QmpClient` takes: its deadlines then end by this clock. */
  setTimeout(action: () => void, ms: number): () => void {
    return this.after(ms, action);
  }

  /** Calls off what {@link setTimeout} began. */
  clearTimeout(timer: unknown): void {
    if (typeof timer === 'function') timer();
  }

  /**
   * Turns the clock. Delays that end within `ms` end now, in order, each at its own time; those that begin in
   * doing so count too. What runs behind a promise (a handler that awaits one delay after another) comes too late
   * for that: {@link advanceAsync} waits for it.
   *
   * @param ms - How far, in milliseconds.
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
   * Turns the clock as {@link advance} does, but lets promises settle after each delay.
   *
   * @param ms - How far, in milliseconds.
   */
  async advanceAsync(ms: number): Promise<void> {
    checkDuration(ms);
    const end = this.#turned + ms;
    await settle();
    while (this.#runNext(end)) await settle();
    this.#turned = Math.max(this.#turned, end);
  }

  /** Ends the earliest delay that is due by `end`; whether there was one. */
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
  throw new RangeError(`A duration is a number of ms from 0, not ${String(ms)}`);
}

/** Lets a chain of promises go on that is ready to: a few turns of the queue, no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 16; turn++) await Promise.resolve();
}
