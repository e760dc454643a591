/**
 * Setup of a test run under `QMP_FAULT_PROXY`: a fault proxy stands between each client of the suite and its
 * monitor, in whatever way the two have met. `QMP_FAULT_REPORT` names a file that is told, a line of JSON
 * each, what passed through the proxies and which tests did without.
 */
import { appendFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { whyWithoutProxy } from './without-proxy.ts';

const counts = { streams: 0, writes: 0, bytes: 0 };

function report(line: object): void {
  const file = process.env['QMP_FAULT_REPORT'] ?? '';
  if (file !== '') appendFileSync(file, `${JSON.stringify(line)}\n`);
}

// Not imported above: the mock imports the client, which imports what is replaced here. Nor when it is
// needed: nothing may happen to a stream while nobody listens.
let FaultProxy: typeof import('qmp-mock').FaultProxy;
beforeAll(async () => {
  ({ FaultProxy } = await import('qmp-mock'));
});

vi.mock(import('../../src/handshake.ts'), async (original) => {
  const { openSession } = await original();
  const through = (stream: Duplex): Duplex => {
    const reason = whyWithoutProxy();
    if (reason !== undefined) {
      report({ without: expect.getState().currentTestName, reason });
      return stream;
    }
    const proxy = new FaultProxy();
    proxy.fault.named(process.env['QMP_FAULT_PROXY'] ?? '');
    const near = proxy.over(stream);
    counts.streams++;
    const push = near.push.bind(near);
    near.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
      if (chunk !== null) {
        counts.writes++;
        counts.bytes += chunk.length;
      }
      return push(chunk, encoding);
    };
    return near;
  };
  return {
    openSession: (peer, open, options) =>
      openSession(peer, async (signal) => through(await open(signal)), options),
  };
});

afterAll(() => {
  report(counts);
  Object.assign(counts, { streams: 0, writes: 0, bytes: 0 });
});
