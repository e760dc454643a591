import { clearTimeout, setTimeout } from 'node:timers';
import type { Clock } from '../../engine/clock.ts';

/**
 * The genuine `Date.now`, taken when this module is loaded: fake timers that a test installs later don't
 * replace it.
 */
const dateNow: () => number = Date.now;

/**
 * The system's clock: delays take real time.
 *
 * @example
 * const mock = new MockQmp({ clock: new SystemClock() })
 */
export class SystemClock implements Clock {
  now(): number {
    return dateNow() * 1000;
  }

  after(ms: number, action: () => void): () => void {
    const timer = setTimeout(action, ms);
    // A delay that nobody waits for any more does not keep the process alive.
    timer.unref();
    return () => clearTimeout(timer);
  }
}
