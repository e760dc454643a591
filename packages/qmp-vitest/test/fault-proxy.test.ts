import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { QmpClient, QmpListener } from 'qmp-core';
import { afterEach, describe, vi } from 'vitest';
import { expect, test } from '../src/index.ts';
import { FakeQemu } from '../src/fake-qemu/fake-qemu.ts';
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

describe('a stand-in that the code under test starts', () => {
  const start = (fakeQemu: FakeQemu, ...args: string[]): void => {
    const bare = ['-machine', 'none', '-nodefaults', '-display', 'none', ...args];
    spawn('qemu-system-x86_64', bare, { env: fakeQemu.env, cwd: fakeQemu.directory, stdio: 'ignore' });
  };

  test.for(['one-byte-per-write', 'split-every=3', 'merge-writes'])(
    'is met all the same under QMP_FAULT_PROXY=%s',
    async (name, { fakeQemu, onTestFinished }) => {
      const folder = mkdtempSync(join(tmpdir(), 'fault-report-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const report = join(folder, 'report.jsonl');
      vi.stubEnv('QMP_FAULT_PROXY', name);
      vi.stubEnv('QMP_FAULT_REPORT', report);
      const out = join(fakeQemu.directory, 'out');
      const listener = await QmpListener.listen({ path: out });
      start(fakeQemu, '-qmp', 'unix:in,server=on,wait=off', '-qmp', `unix:${out}`);
      const vm = await fakeQemu.next();
      const dialled = await listener.accept();
      await listener.close();
      await vm.opened;
      const met = await QmpClient.connect(join(fakeQemu.directory, 'in'));
      for (const client of [dialled, met]) {
        await client.execute('query-name');
        await client.close();
      }
      // Each conversation has passed through the proxy.
      await vi.waitFor(() => {
        const lines = readFileSync(report, 'utf8').trim().split('\n');
        expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
          { fault: name, messages: 5 },
          { fault: name, messages: 5 },
        ]);
      }, 50_000);
    },
  );

  test('is not started where QMP_FAULT_PROXY names no fault', async ({ task: _task }) => {
    vi.stubEnv('QMP_FAULT_PROXY', 'bad-luck');
    const directory = mkdtempSync(join(tmpdir(), 'fault-'));
    const opening = FakeQemu.open({ directory, mockOptions: {}, patience: 1 });
    await expect(opening).rejects.toThrow(/got "bad-luck"/);
    rmSync(directory, { recursive: true });
  });
});

test('a QEMU', async ({ launch }) => {
  vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
  const { qmp } = await launch({ backend: 'qemu' });
  expect(qmp.fd).toBeNull();
  await qmp.executeAndWait('stop', {}, 'STOP');
  expect(await qmp.execute('query-status')).toMatchObject({ running: false });
});
