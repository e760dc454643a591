import { expect } from 'vitest';
import { QmpTimeoutError, type QmpListener } from 'qmp-core';
import { HandClock } from './hand-clock.ts';

/**
 * Expects of a listener, to which a peer has dialled that says nothing, that it gives up after so many ms,
 * and says why. That the peer is connected is known to itself first: the listener hears of it some turns of
 * the event loop later.
 */
export async function expectSilentPeer(listener: QmpListener, timeout: number): Promise<void> {
  const nobody = `nobody dialled in within ${timeout} ms`;
  for (;;) {
    const clock = new HandClock();
    const accepting = listener.accept({ timeout, clock }).catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    clock.strike();
    const error = await accepting;
    expect(error).toBeInstanceOf(QmpTimeoutError);
    const { message } = error as Error;
    if (message.includes(nobody)) continue;
    expect(message).toContain(`the greeting was not over within ${timeout} ms`);
    return;
  }
}
