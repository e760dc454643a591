import type { Clock } from '../../engine/clock.ts';
import { whenAborted } from './when-aborted.ts';

/**
 * Waits on a clock. Rejects with the reason of the first signal that aborts, and leaves no timer.
 *
 * @param ms - How long, in milliseconds.
 */
export function waitOnClock(clock: Clock, ms: number, signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      stop();
      resolve();
    });
    const stop = whenAborted(signals, (reason) => {
      cancel();
      reject(reason);
    });
  });
}
