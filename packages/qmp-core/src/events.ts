import { SYSTEM_CLOCK, type QmpClock } from './clock.ts';
import { QmpTimeoutError } from './errors.ts';
import { EventHistory } from './event-history.ts';
import { watchLimits } from './limits.ts';
import { Matcher, type Pattern } from './matching/index.ts';
import { Failure } from './outcome.ts';
import type { QmpEvent } from './wire/messages.ts';

/** Filter for events: a name, several names, or a predicate. */
export type EventFilter = string | readonly string[] | ((event: QmpEvent) => boolean);

/** A position in the event history of one client, as {@link QmpClient.mark} gives it. */
export type EventMark = number;

/** A pending wait for an event. */
interface Waiter {
  readonly wants: EventTest;
  /** The wanted event, in words. */
  readonly wanted: () => string;
  readonly settle: (outcome: ClaimedEvent | Failure) => void;
}

/**
 * The events of one connection: one bounded history, and three kinds of readers that don't steal from each
 * other. The queue (`pull`, `drain`, `clear`) has one read position. Each iteration has its own, from its
 * creation on. A wait takes the oldest event that fits and that no wait has taken yet.
 */
export class EventLog {
  readonly #clock: QmpClock;
  readonly #history: EventHistory;
  /** Numbers of the events that a wait has taken. */
  readonly #claimed = new Set<number>();
  /** Number of the event that `pull` reads next. */
  #queueAt = 0;
  /** Every event before this number has been claimed by a wait. */
  #unclaimedFrom = 0;
  readonly #waiters = new Set<Waiter>();
  readonly #arrivals = new Set<() => void>();
  #end: { waiting: Interruption; later: Failure } | undefined;

  /**
   * @param capacity - Number of events that the history keeps.
   * @param clock - Timer functions for deadlines.
   */
  constructor(capacity: number, clock: QmpClock = SYSTEM_CLOCK) {
    this.#clock = clock;
    this.#history = new EventHistory(capacity);
  }

  /** Number of events that were dropped because the history was full. */
  get dropped(): number {
    return this.#history.oldest;
  }

  /** The position behind the newest event. */
  get mark(): EventMark {
    return this.#history.next;
  }

  /**
   * Adds a new event with the text that it was parsed from. Hands it to the first wait that wants it, and to
   * every reader.
   */
  push(event: QmpEvent, text: string): void {
    const number = this.#history.push(event, text);
    if (this.#waiters.size > 0) this.#offer(number);
    if (this.#arrivals.size > 0) for (const arrived of this.#arrivals) arrived();
    if (this.#history.overfull) {
      const dropped = this.#history.dropOldest();
      if (this.#claimed.size > 0) this.#claimed.delete(dropped);
    }
  }

  /** The texts of the last events were cut from one of this length. */
  cutFrom(length: number): void {
    this.#history.cutFrom(length);
  }

  #offer(number: number): void {
    if (!this.#history.has(number)) return;
    for (const waiter of this.#waiters) {
      const found = waiter.wants(this.#history, number);
      if (found === undefined || !this.#waiters.has(waiter)) continue;
      waiter.settle(found instanceof Failure ? found : this.#claim(number, found));
      if (!(found instanceof Failure)) return;
    }
  }

  /**
   * Notes that the connection has ended. Pending waits fail. Events that were kept can still be read.
   *
   * @param waiting - Makes the failure of waits that are pending.
   * @param later - Failure of waits that begin from now on.
   */
  end(waiting: Interruption, later: Failure): void {
    this.#end = { waiting, later };
    for (const waiter of this.#waiters) waiter.settle(waiting(`${waiter.wanted()} did not come`));
    for (const arrived of this.#arrivals) arrived();
  }

  // --- the queue ---

  /** Takes the oldest unread event, or gives `undefined`. */
  pull(): QmpEvent | undefined {
    const number = Math.max(this.#queueAt, this.#history.oldest);
    if (!this.#history.has(number)) return undefined;
    this.#queueAt = number + 1;
    return this.#history.give(number);
  }

  /** Takes every unread event. */
  drain(): QmpEvent[] {
    const events: QmpEvent[] = [];
    for (let event = this.pull(); event !== undefined; event = this.pull()) events.push(event);
    return events;
  }

  /** Moves the queue's read position behind the newest event. */
  clear(): void {
    this.#queueAt = this.mark;
  }

  /** Waits until `take` finds something in the queue. Several callers are served in turn. */
  take<T>(
    take: () => T | undefined,
    timeout: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<T | Failure> {
    if (signal?.aborted === true) return Promise.resolve(new Failure(() => signal.reason as unknown));
    const found = take();
    if (found !== undefined) return Promise.resolve(found);
    if (this.#end !== undefined) return Promise.resolve(this.#end.later);
    return new Promise((resolve) => {
      const settle = (outcome: T | Failure): void => {
        unwatch();
        this.#arrivals.delete(arrived);
        resolve(outcome);
      };
      const arrived = (): void => {
        const outcome = take() ?? this.#end?.waiting('No event came');
        if (outcome !== undefined) settle(outcome);
      };
      const unwatch = watchLimits(
        this.#clock,
        timeout,
        signal,
        (ms) =>
          settle(new Failure(() => new QmpTimeoutError(`No event came within ${ms} ms`, { timeout: ms }))),
        (reason) => settle(new Failure(() => reason)),
      );
      this.#arrivals.add(arrived);
    });
  }

  // --- waiting ---

  /** Waits for the oldest event that fits and that no other wait has taken. */
  wait(options: {
    filter: EventFilter;
    match: Pattern;
    since: EventMark | undefined;
    timeout: number | undefined;
    signal: AbortSignal | undefined;
  }): Promise<ClaimedEvent | Failure> {
    const { since, timeout, signal } = options;
    const filter = Array.isArray(options.filter) ? [...(options.filter as string[])] : options.filter;
    const match = options.match === undefined ? undefined : new Matcher(options.match);
    const wants = makeTest(filter, match);
    if (signal?.aborted === true) return Promise.resolve(new Failure(() => signal.reason as unknown));
    const found = this.#findUnclaimed(wants, since ?? 0);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#end !== undefined) return Promise.resolve(this.#end.later);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        wants,
        wanted: () => describe(filter, match),
        settle: (outcome) => {
          unwatch();
          this.#waiters.delete(waiter);
          resolve(outcome);
        },
      };
      const unwatch = watchLimits(
        this.#clock,
        timeout,
        signal,
        (ms) => waiter.settle(new Failure(() => this.#waitTimeout(filter, match, since, ms))),
        (reason) => waiter.settle(new Failure(() => reason)),
      );
      this.#waiters.add(waiter);
    });
  }

  #findUnclaimed(wants: EventTest, since: EventMark): ClaimedEvent | Failure | undefined {
    let number = Math.max(this.#unclaimedFrom, this.#history.oldest);
    while (this.#claimed.has(number)) number++;
    this.#unclaimedFrom = number;
    for (number = Math.max(number, since); number < this.mark; number++) {
      if (this.#claimed.has(number)) continue;
      const found = wants(this.#history, number);
      if (found !== undefined) return found instanceof Failure ? found : this.#claim(number, found);
    }
    return undefined;
  }

  #claim(number: number, event: QmpEvent): ClaimedEvent {
    this.#claimed.add(number);
    return {
      event,
      release: () => {
        if (!this.#claimed.delete(number)) return;
        this.#unclaimedFrom = Math.min(this.#unclaimedFrom, number);
        this.#offer(number);
      },
    };
  }

  #waitTimeout(
    filter: EventFilter,
    match: Matcher | undefined,
    since: EventMark | undefined,
    ms: number,
  ): QmpTimeoutError {
    const seen: string[] = [];
    for (let number = Math.max(since ?? 0, this.#history.oldest); number < this.mark; number++) {
      if (!this.#claimed.has(number)) seen.push(this.#history.nameOf(number));
    }
    const others = seen.length === 0 ? 'no other event is there' : `others that are there: ${tally(seen)}`;
    return new QmpTimeoutError(`${describe(filter, match)} did not come within ${ms} ms; ${others}`, {
      timeout: ms,
    });
  }

  // --- iteration ---

  /** Iterates over the fitting events from here on. It listens at once, not from the first `next()`. */
  iterate(filter: EventFilter | undefined, signal: AbortSignal | undefined): AsyncIterableIterator<QmpEvent> {
    const history = this.#history;
    const wants = filter === undefined ? wantsAll : makeTest(filter, undefined);
    let at = this.mark;
    let done = false;
    /** The unanswered `next()` calls, oldest first. */
    const calls: { resolve: (result: IteratorResult<QmpEvent>) => void; reject: (error: unknown) => void }[] =
      [];

    const finish = (failure?: Failure): void => {
      done = true;
      this.#arrivals.delete(serve);
      signal?.removeEventListener('abort', onAbort);
      if (failure !== undefined) calls.shift()?.reject(failure.make());
      for (const call of calls.splice(0)) call.resolve({ done: true, value: undefined });
    };
    /** Gives the next event that fits, or what the filter threw. Gives `undefined` if it hasn't come yet. */
    const read = (): QmpEvent | Failure | undefined => {
      if (at < history.oldest) at = history.oldest;
      while (at < history.next) {
        const found = wants(history, at++);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    /** Answers as many calls as there are events; all of them when it is over. */
    const serve = (): void => {
      while (calls.length > 0) {
        const found = read();
        if (found === undefined) break;
        if (found instanceof Failure) return finish(found);
        calls.shift()?.resolve({ done: false, value: found });
      }
      if (this.#end !== undefined && calls.length > 0) finish();
      if (calls.length > 0) this.#arrivals.add(serve);
      else this.#arrivals.delete(serve);
    };
    const onAbort = (): void => {
      if (calls.length > 0) finish(new Failure(() => signal?.reason));
    };
    signal?.addEventListener('abort', onAbort, { once: true });

    return {
      next: () => {
        if (done) return Promise.resolve({ done: true, value: undefined });
        let failure: Failure | undefined;
        if (calls.length === 0 && signal?.aborted !== true) {
          // In a flood the next event is there already.
          const found = read();
          if (found instanceof Failure) failure = found;
          else if (found !== undefined) return Promise.resolve({ done: false, value: found });
        }
        return new Promise((resolve, reject) => {
          calls.push({ resolve, reject });
          if (failure !== undefined) return finish(failure);
          if (signal?.aborted === true) onAbort();
          else serve();
        });
      },
      return: () => {
        finish();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

/** Makes the failure of a wait that is pending when the connection ends. `missing` says what has not come. */
type Interruption = (missing: string) => Failure;

/** An event that a wait has taken. */
export interface ClaimedEvent {
  readonly event: QmpEvent;
  /** Puts it back for other waits. */
  release(): void;
}

/**
 * Gives the event with that number, as an object of the caller's own, if it is one that is wanted; otherwise
 * `undefined`. An error thrown by the caller's predicate ends that caller's wait only.
 */
type EventTest = (history: EventHistory, number: number) => QmpEvent | Failure | undefined;

const wantsAll: EventTest = (history, number) => history.give(number);

function makeTest(filter: EventFilter, match: Matcher | undefined): EventTest {
  const fits = (event: QmpEvent): boolean => match === undefined || match.matches(event.data ?? {});
  if (typeof filter === 'function') {
    return guarded((history, number) => {
      const event = history.give(number);
      return filter(event) && fits(event) ? event : undefined;
    });
  }
  const names = typeof filter === 'string' ? [filter] : [...filter];
  const named: EventTest = (history, number) =>
    names.includes(history.nameOf(number)) ? history.give(number) : undefined;
  if (match === undefined) return named;
  return guarded((history, number) =>
    names.includes(history.nameOf(number)) && fits(history.peek(number)) ? history.give(number) : undefined,
  );
}

const guarded =
  (test: EventTest): EventTest =>
  (history, number) => {
    try {
      return test(history, number);
    } catch (error) {
      return new Failure(() => error);
    }
  };

function describe(filter: EventFilter, match: Matcher | undefined): string {
  const what =
    typeof filter === 'function'
      ? 'An event that the predicate accepts'
      : `Event ${typeof filter === 'string' ? filter : filter.join(' or ')}`;
  return match === undefined ? what : `${what} with ${String(match)}`;
}

/** `STOP, RESET ×3` */
function tally(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', ');
}
