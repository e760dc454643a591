/**
 * Setup of a test run under `QMP_FAULT_PROXY`: a fault proxy stands between each client of the suite and its monitor, in
 * whatever way the two have met.
 */
import type { Duplex } from 'node:stream';
import { vi } from 'vitest';

vi.mock(import('../../src/handshake.ts'), async (original) => {
  const { openSession } = await original();
  const through = async (stream: Duplex): Promise<Duplex> => {
    // Not before it is needed: the mock imports the client, which imports what is replaced here.
    const { FaultProxy } = await import('qmp-mock');
    const proxy = new FaultProxy();
    proxy.fault.named(process.env['QMP_FAULT_PROXY'] ?? '');
    return proxy.over(stream);
  };
  return {
    openSession: (peer, open, options) =>
      openSession(peer, async (signal) => through(await open(signal)), options),
  };
});
