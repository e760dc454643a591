import type { Clock, Waiting } from '../../engine/clock.ts';
import { whenAborted } from './when-aborted.ts';

/**
 * Waits on a clock. It rejects with the reason of the first signal that aborts, and doesn't leave a timer.
 *
 * @param ms - Time in ms.
 * @param waiting - Description of the delay, for a report.
 */
export function waitOnClock(
  clock: Clock,
  ms: number,
  signals: readonly AbortSignal[],
  waiting: Waiting,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stop();
      resolve();
    };
    const cancel = clock.after(ms, end, waiting);
    const stop = whenAborted(signals, (reason) => {
      cancel();
      reject(reason);
    });
  });
}
