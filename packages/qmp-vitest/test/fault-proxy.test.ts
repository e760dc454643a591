import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, vi } from 'vitest';
import { expect, test } from '../src/index.ts';
import { detourOver } from '../src/fault-proxy.ts';

afterEach(() => vi.unstubAllEnvs());

describe.each(['accept', 'connect', 'fd'] as const)('a machine met by %s', (transport) => {
  test.for(['one-byte-per-write', 'split-every=3', 'merge-writes'])(
    'is met all the same under QMP_FAULT_PROXY=%s',
    async (name, { launch }) => {
      vi.stubEnv('QMP_FAULT_PROXY', name);
      const { qmp, mock } = await launch({ backend: 'mock', transport });
      await qmp.executeAndWait('stop', {}, 'STOP');
      expect(await qmp.execute('query-status')).toMatchObject({ running: false });
      expect(mock).toHaveReceivedCommands(['stop', 'query-status'], { exact: true });
    },
  );

  test('is not met where QMP_FAULT_PROXY names no fault', async ({ launch }) => {
    vi.stubEnv('QMP_FAULT_PROXY', 'bad-luck');
    await expect(launch({ backend: 'mock', transport })).rejects.toThrow(/got "bad-luck"/);
  });
});

test('the fault is there: one byte comes at a time', async () => {
  vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
  const monitor = new PassThrough();
  const stream = await detourOver(monitor);
  monitor.push('{"return": {}}\r\n');
  for (const byte of '{"ret') {
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(String(chunk)).toBe(byte);
  }
  stream.destroy();
  await once(monitor, 'close');
});

test('QMP_FAULT_REPORT gets a line for each conversation', async ({ launch, onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fault-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const report = join(folder, 'report.jsonl');
  vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
  vi.stubEnv('QMP_FAULT_REPORT', report);
  const { qmp } = await launch({ backend: 'mock' });
  await qmp.execute('query-name');
  await qmp.close();
  await vi.waitFor(() => {
    const { fault, messages } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, unknown>;
    expect(fault).toBe('one-byte-per-write');
    expect(messages).toBeGreaterThanOrEqual(5);
  }, 50_000);
});

test('a QEMU', async ({ launch }) => {
  vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
  const { qmp } = await launch({ backend: 'qemu' });
  expect(qmp.fd).toBeNull();
  await qmp.executeAndWait('stop', {}, 'STOP');
  expect(await qmp.execute('query-status')).toMatchObject({ running: false });
});
