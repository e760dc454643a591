import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';

/**
 * How often more is waited for while what is left is still being written, in pieces say: a busy machine takes
 * its time for that.
 */
const RENEWALS = 50;

/**
 * Waits until a stream that is being ended is closed. A client that doesn't read is waited for no longer than
 * the grace, and cut off.
 *
 * @param grace - Length of time in ms. It begins anew, up to 50 times, as long as not everything has been
 *   handed to the stream.
 */
export function drained(stream: Duplex, grace: number): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    let renewals = RENEWALS;
    const giveUp = (): void => {
      if (stream.writableEnded || renewals-- === 0) stream.destroy();
      else timer = setTimeout(giveUp, grace);
    };
    let timer = setTimeout(giveUp, grace);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
