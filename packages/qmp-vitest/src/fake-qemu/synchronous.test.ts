import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QmpClient } from 'qmp-core';
import { describe, vi } from 'vitest';
import { expect, test as base } from '../index.ts';
import { FakeQemu } from './fake-qemu.ts';

/**
 * The code under test: something that starts QEMU and waits for it, so that this process does nothing else
 * meanwhile.
 */
const test = base.extend<{ run: (args: string[], timeout?: number) => SpawnSyncReturns<string> }>({
  run: async ({ fakeQemu }, use) => {
    await use((args, timeout = 20_000) =>
      spawnSync('qemu-system-x86_64', args, {
        env: fakeQemu.env,
        cwd: fakeQemu.directory,
        encoding: 'utf8',
        timeout,
      }),
    );
  },
});

// Each test starts a Node; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const SERVER = ['-qmp', 'unix:qmp,server=on,wait=off'];

describe('what needs no test', () => {
  test('a version', ({ fakeQemu }) => {
    const options = { env: fakeQemu.env, timeout: 50_000, encoding: 'utf8' } as const;
    expect(execFileSync('qemu-system-x86_64', ['--version'], options)).toMatch(
      /^QEMU emulator version \d+\.\d+\.\d+.*\nCopyright/,
    );
    expect(fakeQemu.machines).toEqual([]);
  });

  test.for([
    ['-help', 0, /^QEMU emulator version .*usage: qemu-system-x86_64 /s],
    ['-machine help', 0, /^Supported machines are:\n/],
    ['-device help', 0, /name "virtio-net-pci"/],
    ['-cpu help', 1, /^qemu-system-x86_64: -cpu help: qmp-mock does not model /],
  ] as const)('%s', ([line, status, words], { fakeQemu, run }) => {
    const result = run(line.split(' '));
    expect(result.status).toBe(status);
    expect(status === 0 ? result.stdout : result.stderr).toMatch(words);
    expect(fakeQemu.machines).toEqual([]);
  });

  test('a command line that QEMU refuses', ({ fakeQemu, run }) => {
    const stderr = 'qemu-system-x86_64: -bogus: invalid option\n';
    expect(run(['-bogus'])).toMatchObject({ status: 1, stderr });
    expect(fakeQemu.refused).toEqual([{ commandLine: 'qemu-system-x86_64 -bogus', stderr }]);
  });

  test('a socket that cannot be had', async ({ fakeQemu, run }) => {
    const args = ['-qmp', 'unix:no/such/folder,server=on,wait=off'];
    const { status, stderr } = run(args);
    expect([status, stderr]).toEqual([
      1,
      'qemu-system-x86_64: -qmp unix:no/such/folder,server=on,wait=off: Failed to bind socket to no/such/folder: No such file or directory\n',
    ]);
    expect(fakeQemu.refused).toMatchObject([{ stderr }]);
    const vm = await fakeQemu.next();
    await expect(vm.opened).rejects.toThrow('Failed to bind socket');
    await vm.exited;
    expect(vm.exitDescription).toBe('exit code 1');
  });

  test('an emulator of another target', ({ fakeQemu }) => {
    const options = { env: fakeQemu.env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('qemu-system-aarch64', ['-machine', 'virt'], options);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^qemu-system-aarch64: qmp-mock does not model .*aarch64/);
  });

  test('a start that is to fail, once', async ({ fakeQemu, run }) => {
    const failure = fakeQemu.failNext({ stderr: 'qemu-system-x86_64: no\n', code: 2 });
    // One that QEMU refuses anyway doesn't count.
    expect(run(['-bogus']).status).toBe(1);
    expect(failure.happened).toBe(false);
    expect(run(['-daemonize', ...SERVER])).toMatchObject({ status: 2, stderr: 'qemu-system-x86_64: no\n' });
    expect(failure.happened).toBe(true);
    expect(fakeQemu.refused).toHaveLength(1);
    expect(run(['-daemonize', ...SERVER]).status).toBe(0);
    expect(await fakeQemu.next()).toMatchObject({ argv: ['-daemonize', ...SERVER] });
  });

  test('starts that are to fail do so in order', ({ fakeQemu, run }) => {
    for (const code of [3, 4]) fakeQemu.failNext({ code });
    expect([run([]).status, run([]).status]).toEqual([3, 4]);
  });
});

describe('-daemonize', () => {
  test('is up when the call returns, and is served when the test is free', async ({ fakeQemu, run }) => {
    const socket = join(fakeQemu.directory, 'qmp');
    const pidFile = join(fakeQemu.directory, 'vm.pid');
    const { status, stdout, stderr } = run([
      ...['-daemonize', '-pidfile', 'vm.pid', '-name', 'web'],
      ...['-qmp', `unix:${socket},server=on,wait=off`],
    ]);
    expect([status, stdout, stderr]).toEqual([0, '', '']);
    expect(existsSync(socket)).toBe(true);
    const pid = Number(readFileSync(pidFile, 'utf8'));

    const vm = await fakeQemu.next();
    vm.mock.handleOnce('query-uuid', { UUID: '00000000-0000-0000-0000-000000000001' });
    const client = await QmpClient.connect(socket);
    expect(vm.pid).toBe(pid);
    expect(await client.execute('query-name')).toEqual({ name: 'web' });
    expect(await client.execute('query-uuid')).toEqual({ UUID: '00000000-0000-0000-0000-000000000001' });
    await client.execute('quit');
    await vm.exited;
    expect([existsSync(socket), existsSync(pidFile)]).toEqual([false, false]);
    await client.close();
  });

  test('ends by a signal as QEMU does, also one that nobody was free to take over', async ({
    fakeQemu,
    run,
  }) => {
    // In the background QEMU has left its folder, and doesn't find a socket with a relative path any more.
    const socket = join(fakeQemu.directory, 'qmp');
    const pidFile = join(fakeQemu.directory, 'vm.pid');
    run(['-daemonize', '-pidfile', 'vm.pid', '-qmp', `unix:${socket},server=on,wait=off`]);
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
    // Waits until it is gone, without a turn of the event loop here.
    const wait = 'while [ -e vm.pid ]; do sleep 0.02; done';
    expect(spawnSync('sh', ['-c', wait], { cwd: fakeQemu.directory, timeout: 50_000 }).status).toBe(0);
    expect(existsSync(socket)).toBe(false);
    await (
      await fakeQemu.next()
    ).exited;
  });
});

describe('a QEMU that does not end by itself is ended by the time limit of the call', () => {
  test('while it runs', async ({ fakeQemu, run }) => {
    const { error, status } = run(SERVER, 3000);
    expect(error).toMatchObject({ code: 'ETIMEDOUT' });
    expect(status).toBe(0);
    expect(existsSync(join(fakeQemu.directory, 'qmp'))).toBe(false);
  });

  test('while it waits for a client', ({ fakeQemu, run }) => {
    const { error, signal, stderr } = run(['-qmp', 'unix:qmp,server=on', '-pidfile', 'vm.pid'], 3000);
    expect(error).toMatchObject({ code: 'ETIMEDOUT' });
    expect(signal).toBe('SIGTERM');
    expect(stderr).toContain('info: QEMU waiting for connection on: disconnected:unix:qmp,server=on\n');
    expect(fakeQemu.refused).toEqual([]);
  });
});

test('one that finds its test gone says so, and ends', async ({ fakeQemu: { directory } }) => {
  const folder = join(directory, 'another');
  mkdirSync(folder);
  const fake = await FakeQemu.open({ directory: folder, mockOptions: {}, patience: 1000 });
  await fake.close();
  const { status, stderr } = spawnSync('qemu-system-x86_64', [], { env: fake.env, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^qemu-system-x86_64: the test .* is gone.*\n.*`spawnSync` or `execFileSync`.*`-daemonize`/,
  );
});
