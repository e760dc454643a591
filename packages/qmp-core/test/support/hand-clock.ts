import type { QmpClock } from '../../src/clock.ts';

/** A clock that stands still: a deadline is over when the test says so, however busy the machine is. */
export class HandClock implements QmpClock {
  readonly timers: Map<number, { action: () => void; ms: number }> = new Map();
  #last = 0;

  setTimeout(action: () => void, ms: number): number {
    this.timers.set(++this.#last, { action, ms });
    return this.#last;
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number);
  }

  /** Ends every deadline that runs; gives how long they were. */
  strike(): number[] {
    const running = [...this.timers.values()];
    this.timers.clear();
    for (const { action } of running) action();
    return running.map(({ ms }) => ms);
  }
}
