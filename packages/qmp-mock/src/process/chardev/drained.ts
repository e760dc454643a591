import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';

/**
 * Resolves when a stream that is ending has closed; one that hasn't after `grace` ms of real time, because its peer doesn't read, is
 * destroyed.
 */
export function drained(stream: Duplex, grace: number): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    const timer = setTimeout(() => stream.destroy(), grace);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
