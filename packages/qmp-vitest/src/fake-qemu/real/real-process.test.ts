import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { QmpClient } from 'qmp-core';
import { describe, vi } from 'vitest';
import { needQemu } from '../../../test/support/real-qemu.ts';
import { describeBackends, expect, test as base, type FakeQemuProcess } from '../../index.ts';

const PROGRAM = 'qemu-system-x86_64';
const NONE = ['-machine', 'none', '-nodefaults', '-display', 'none'];

/** The code under test: something that starts QEMU. */
const test = base.extend<{ start: (...args: string[]) => ChildProcess; at: (name: string) => string }>({
  start: async ({ fakeQemu }, use) => {
    await use((...args) =>
      spawn(PROGRAM, [...NONE, ...args], { env: fakeQemu.env, cwd: fakeQemu.directory }),
    );
  },
  at: async ({ fakeQemu }, use) => use((name) => join(fakeQemu.directory, name)),
});

// Each test starts a QEMU; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

/** Connects as soon as QEMU listens, which is a moment after its socket is there. */
function reach(path: string): Promise<QmpClient> {
  return vi.waitFor(() => QmpClient.connect(path), { timeout: 50_000, interval: 20 });
}

describe('a real QEMU that the code under test starts', () => {
  needQemu();
  test.override('qmpBackend', 'qemu');

  test('has a command line, a conversation and an end', async ({ fakeQemu, start, at }) => {
    const child = start('-name', 'web', '-qmp', 'unix:qmp,server=on,wait=off');
    const vm = await fakeQemu.next({ name: 'web' });
    await vm.opened;
    expect(vm).toMatchObject({ backend: 'qemu', name: PROGRAM, pid: child.pid, cwd: fakeQemu.directory });
    expect(vm.argv).toEqual([...NONE, '-name', 'web', '-qmp', 'unix:qmp,server=on,wait=off']);
    expect(vm.env['PATH']).toBe(fakeQemu.path);

    const client = await reach(at('qmp'));
    expect(await client.execute('query-name')).toEqual({ name: 'web' });
    await client.execute('stop');
    expect(vm).toHaveReceivedCommands(['query-name', 'stop'], { exact: true });
    expect(() => expect(vm).toHaveReceivedCommand('cont')).toThrow('Expected to have received cont');
    expect(vm.exitDescription).toBeUndefined();
    const said = vm.story().entries.map(({ direction, text: message }) => `${direction} ${message}`);
    expect(said[0]).toMatch(/^in \{"QMP":/);
    expect(said).toContainEqual(expect.stringMatching(/^out \{"execute":"query-name"/));
    expect(said).toContainEqual(expect.stringMatching(/^in .*"event":"STOP"/));

    const ended = once(child, 'exit');
    await client.execute('quit');
    expect(await ended).toEqual([0, null]);
    await vm.exited;
    expect(vm.exitDescription).toBe('ended; its parent has the exit code');
    expect(existsSync(at('qmp'))).toBe(false);
  });

  test('that is refused ends a wait with its words', async ({ fakeQemu, start }) => {
    const waiting = fakeQemu.next(undefined, { timeout: 600_000 });
    const child = start('-bogus');
    const stderr = `${PROGRAM}: -bogus: invalid option\n`;
    const said = text(child.stderr!);
    await expect(waiting).rejects.toMatchObject({ name: 'QemuLaunchError', stderr });
    expect(await said).toBe(stderr);
    expect(fakeQemu.refused).toMatchObject([{ stderr }]);
    expect(fakeQemu.machines).toEqual([]);
  });

  test('that refuses a device is told of, too', async ({ fakeQemu, start }) => {
    start('-device', 'bogus');
    const stderr = `${PROGRAM}: -device bogus: 'bogus' is not a valid device model name\n`;
    // It may have been refused before anybody takes it.
    const vm = await fakeQemu.next().catch((error: unknown) => error);
    if (vm instanceof Error) expect(vm.message).toContain(stderr.trim());
    else {
      const taken = vm as FakeQemuProcess;
      await taken.exited;
      expect(taken.story()).toMatchObject({ stderr, exit: 'ended; its parent has the exit code' });
    }
    expect(fakeQemu.refused).toMatchObject([{ stderr }]);
  });

  test('that only prints is no machine', ({ fakeQemu }) => {
    const run = (...args: string[]): string =>
      execFileSync(PROGRAM, args, { env: fakeQemu.env, encoding: 'utf8', timeout: 50_000 });
    expect(run('--version')).toMatch(/^QEMU emulator version/);
    expect(run('-machine', 'help')).toMatch(/^Supported machines/);
    expect(fakeQemu.machines).toEqual([]);
    expect(fakeQemu.refused).toEqual([]);
  });

  test('may go into the background, and is ended with the test', async ({ fakeQemu, at }) => {
    const args = [...NONE, '-daemonize', '-qmp', `unix:${at('qmp')},server=on,wait=off`];
    const { status, stderr } = spawnSync(PROGRAM, args, { env: fakeQemu.env, cwd: fakeQemu.directory });
    expect([status, String(stderr)]).toEqual([0, '']);
    const vm = await fakeQemu.next();
    const client = await reach(at('qmp'));
    await client.execute('query-status');
    await client.close();
    expect(vm).toHaveReceivedCommand('query-status');
    await fakeQemu.close();
    expect(vm.exitDescription).toBeDefined();
    expect(vm.story().entries.some(({ text: message }) => message.includes('host-signal'))).toBe(false);
  });

  test('keeps its own pid file, log and signals', async ({ fakeQemu, start, at }) => {
    const child = start('-pidfile', 'vm.pid', '-D', 'vm.log', '-qmp', 'unix:qmp,server=on,wait=off');
    const vm = await fakeQemu.next();
    expect(readFileSync(at('vm.pid'), 'utf8')).toBe(`${child.pid}\n`);
    await (await reach(at('qmp'))).close();
    // With a log of its own, nobody listens in.
    expect(vm.story().entries).toEqual([]);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await vm.exited;
    expect(existsSync(at('vm.pid'))).toBe(false);
  });

  test('ends as it is told to', async ({ fakeQemu, start, at }) => {
    for (const [end, how, exit] of [
      ['exit', 'ended by SIGTERM', [0, null]],
      ['crash', 'killed by SIGABRT', [null, 'SIGABRT']],
    ] as const) {
      const child = start('-qmp', `unix:${end},server=on,wait=off`);
      const vm = await fakeQemu.next();
      // Before its monitors are open, any signal ends QEMU.
      await (await reach(at(end))).close();
      const ended = once(child, 'exit');
      await vm[end]();
      expect(await ended).toEqual(exit);
      expect(vm.exitDescription).toBe(how);
    }
  });

  test('says what only a mock can do', async ({ fakeQemu, start }) => {
    start();
    const vm = await fakeQemu.next();
    const only =
      /is for (a mock|mocks), and this (machine is|test starts) a real QEMU.*`test.override\('qmpBackend', 'mock'\)`/;
    for (const use of [
      () => vm.mock,
      () => vm.machine,
      () => vm.fault,
      () => vm.stderr('x'),
      () => vm.stdout('x'),
      () => vm.onSignal(() => {}),
      () => fakeQemu.failNext(),
    ]) {
      expect(use).toThrow(only);
    }
    await expect(vm.exit(3)).rejects.toThrow(only);
  });
});

describeBackends(test, ['mock', 'qemu'], (backend) => {
  if (backend === 'qemu') needQemu();

  test('one suite for what the code under test starts', async ({ fakeQemu, start, at }) => {
    const child = start('-S', '-qmp', 'unix:qmp,server=on,wait=off');
    const vm = await fakeQemu.next((started) => started.argv.includes('-S'));
    await vm.opened;
    const client = await reach(at('qmp'));
    expect(await client.execute('query-status')).toMatchObject({ status: 'prelaunch' });
    await client.execute('cont');
    await client.waitForEvent('RESUME');
    expect(vm).toHaveReceivedCommands(['query-status', 'cont'], { exact: true });
    const ended = once(child, 'exit');
    await client.execute('quit');
    expect(await ended).toEqual([0, null]);
    await vm.exited;
  });
});
