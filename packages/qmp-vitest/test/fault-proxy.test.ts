import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { QmpClient, QmpListener } from 'qmp-core';
import { afterEach, describe, vi } from 'vitest';
import { describeBackends, expect, test } from '../src/index.ts';
import { FakeQemu } from '../src/fake-qemu/fake-qemu.ts';
import { detourOver } from '../src/fault-proxy.ts';
import { temporaryDirectory } from '../../../tools/src/lib/temporary.ts';

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

test('QMP_FAULT_REPORT gets a line for each conversation', async ({ launch }) => {
  const folder = temporaryDirectory('fault-report-');
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

const BARE = ['-machine', 'none', '-nodefaults', '-display', 'none'];

const start = (fakeQemu: FakeQemu, ...args: string[]): ChildProcess =>
  spawn('qemu-system-x86_64', [...BARE, ...args], {
    env: fakeQemu.env,
    cwd: fakeQemu.directory,
    stdio: 'ignore',
  });

describeBackends(test, ['mock', 'qemu'], () => {
  test.for(['one-byte-per-write', 'split-every=3', 'merge-writes'])(
    'is met all the same under QMP_FAULT_PROXY=%s',
    async (name, { fakeQemu }) => {
      const folder = temporaryDirectory('fault-report-');
      const report = join(folder, 'report.jsonl');
      vi.stubEnv('QMP_FAULT_PROXY', name);
      vi.stubEnv('QMP_FAULT_REPORT', report);
      const out = join(fakeQemu.directory, 'out');
      const listener = await QmpListener.listen({ path: out });
      start(fakeQemu, '-qmp', 'unix:in,server=on,wait=off', '-qmp', `unix:${out}`);
      const dialled = await listener.accept();
      await listener.close();
      const vm = await fakeQemu.next();
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

  test('keeps its sockets, and its end', async ({ fakeQemu }) => {
    vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
    const path = join(fakeQemu.directory, 'in');
    const child = start(
      fakeQemu,
      '-chardev',
      'socket,id=c,path=in,server=on,wait=on',
      '-mon',
      'c,mode=control',
    );
    const ended = once(child, 'exit');
    const client = await vi.waitFor(() => QmpClient.connect(path), 50_000);
    await client.execute('quit');
    await client.closed;
    expect(await ended).toEqual([0, null]);
    await (
      await fakeQemu.next()
    ).exited;
    expect(existsSync(path)).toBe(false);
  });

  test('is met over a descriptor', async ({ fakeQemu, onTestFinished }) => {
    vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
    const path = join(fakeQemu.directory, 'handed');
    const listener = await QmpListener.listen({ path });
    onTestFinished(() => listener.close());
    const socket = connect(path);
    await once(socket, 'connect');
    const args = [...BARE, '-chardev', 'socket,id=c,fd=3', '-mon', 'c,mode=control'];
    spawn('qemu-system-x86_64', args, {
      env: fakeQemu.env,
      cwd: fakeQemu.directory,
      stdio: ['ignore', 'ignore', 'ignore', socket],
    });
    socket.destroy();
    await using client = await listener.accept({ timeout: 50_000 });
    expect(await client.execute('query-name')).toEqual({});
    await client.execute('quit');
    await client.closed;
  });

  test('is met in the background, by a test that was blocked', async ({ fakeQemu }) => {
    vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
    const args = [...BARE, '-daemonize', '-pidfile', 'pid', '-qmp', 'unix:in,server=on,wait=off'];
    const env = fakeQemu.env;
    const cwd = fakeQemu.directory;
    expect(spawnSync('qemu-system-x86_64', args, { env, cwd, stdio: 'ignore' }).status).toBe(0);
    await using client = await QmpClient.connect(join(cwd, 'in'));
    expect(await client.execute('query-name')).toEqual({});
  });

  test('is refused in its own words', async ({ fakeQemu }) => {
    vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
    const child = spawn('qemu-system-x86_64', [...BARE, '-qmp', 'unix:nowhere/in,server=on,wait=off'], {
      env: fakeQemu.env,
      cwd: fakeQemu.directory,
    });
    expect(await text(child.stderr)).toContain('Failed to bind socket to nowhere/in: No such file');
  });
});

describe('a stand-in', () => {
  test('is not started where QMP_FAULT_PROXY names no fault', async ({ task: _task }) => {
    vi.stubEnv('QMP_FAULT_PROXY', 'bad-luck');
    const directory = temporaryDirectory('fault-');
    const opening = FakeQemu.open({ directory, mockOptions: {}, patience: 1 });
    await expect(opening).rejects.toThrow(/got "bad-luck"/);
  });
});

test('a QEMU', async ({ launch }) => {
  vi.stubEnv('QMP_FAULT_PROXY', 'one-byte-per-write');
  const { qmp } = await launch({ backend: 'qemu' });
  expect(qmp.fd).toBeNull();
  await qmp.executeAndWait('stop', {}, 'STOP');
  expect(await qmp.execute('query-status')).toMatchObject({ running: false });
});
