import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { QmpClient, QmpListener } from 'qmp-core';
import { describe, vi } from 'vitest';
import { expect, test as base } from '../index.ts';
import type { FakeQemu } from './fake-qemu.ts';

/** The code under test: something that starts QEMU. */
const test = base.extend<{ start: (args: string[], options?: SpawnOptions) => ChildProcess }>({
  start: async ({ fakeQemu }, use) => {
    await use((args, options = {}) =>
      spawn('qemu-system-x86_64', args, { env: fakeQemu.env, cwd: fakeQemu.directory, ...options }),
    );
  },
});

// Each test starts a Node; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

async function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, signal: child.signalCode };
}

function socketIn(fakeQemu: FakeQemu): string {
  return join(fakeQemu.directory, 'qmp');
}

test('each process that starts is a mock with a command line and an environment', async ({
  fakeQemu,
  start,
}) => {
  start(['-nodefaults', '-name', 'one'], { env: { ...fakeQemu.env, MARK: 'here' } });
  const vm = await fakeQemu.next();

  expect(vm.name).toBe('qemu-system-x86_64');
  expect(vm.argv).toEqual(['-nodefaults', '-name', 'one']);
  expect(vm.option('name')).toBe('one');
  expect(vm.env['MARK']).toBe('here');
  expect(vm.cwd).toBe(fakeQemu.directory);
  expect(vm.commandLine).toBe('qemu-system-x86_64 -nodefaults -name one');
  expect(fakeQemu.machines).toEqual([vm]);
});

test('its environment is in no diff of an assertion', async ({ fakeQemu, start }) => {
  start([], { env: { ...fakeQemu.env, MY_SECRET_TOKEN: 'hunter2' } });
  const vm = await fakeQemu.next();

  expect(vm.env['MY_SECRET_TOKEN']).toBe('hunter2');
  expect(Object.keys(vm)).not.toContain('env');
  expect(inspect(vm, { depth: 20 })).not.toContain('hunter2');
});

test('several can be started, by any name of the emulator, and they come in order', async ({
  fakeQemu,
  start,
  onTestFinished,
}) => {
  const first = start(['-name', 'first']);
  const vm1 = await fakeQemu.next();
  const second = spawn('qemu-system-i386', ['-name', 'second'], { env: fakeQemu.env });
  onTestFinished(() => void second.kill('SIGKILL'));
  const vm2 = await fakeQemu.next();

  expect([vm1.pid, vm2.pid]).toEqual([first.pid, second.pid]);
  expect(vm2.name).toBe('qemu-system-i386');
});

describe('monitors', () => {
  test('one that listens', async ({ fakeQemu, start }) => {
    start(['-qmp', 'unix:qmp,server=on,wait=off', '-S']);
    const vm = await fakeQemu.next();
    vm.mock.handleOnce('query-name', { name: 'scripted in time' });
    await vm.opened;
    await using client = await QmpClient.connect(socketIn(fakeQemu));

    expect(await client.execute('query-name')).toEqual({ name: 'scripted in time' });
    expect(await client.execute('query-status')).toMatchObject({ status: 'prelaunch' });
    expect(vm).toHaveReceivedCommands(['query-name', 'query-status']);
  });

  test('one that dials in', async ({ fakeQemu, start }) => {
    await using listener = await QmpListener.listen(socketIn(fakeQemu));
    start(['-chardev', `socket,id=m,path=${socketIn(fakeQemu)}`, '-mon', 'chardev=m,mode=control']);
    const [client] = await Promise.all([listener.accept(), fakeQemu.next()]);

    expect(await client.execute('query-status')).toMatchObject({ status: 'running' });
    await client.close();
  });

  test('one on an inherited descriptor', async ({ fakeQemu, start }) => {
    const child = start(['-chardev', 'socket,id=m,fd=3', '-qmp', 'chardev:m'], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const connecting = QmpClient.over(child.stdio[3] as Duplex);
    await fakeQemu.next();
    await using client = await connecting;

    expect(await client.execute('query-status')).toMatchObject({ status: 'running' });
  });

  test('one on an inherited socket that listens', async ({ fakeQemu, start }) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    start(['-chardev', 'socket,id=m,fd=3,server=on,wait=off', '-qmp', 'chardev:m'], {
      stdio: ['ignore', 'pipe', 'pipe', fd],
    });
    const vm = await fakeQemu.next();
    await vm.opened;
    // From now on it is the machine alone that accepts.
    server.close();
    for (const name of ['first', 'second']) {
      vm.mock.handleOnce('query-name', { name });
      const client = await QmpClient.connect(`127.0.0.1:${port}`);
      expect(await client.execute('query-name')).toEqual({ name });
      await client.close();
    }
  });

  test('a descriptor that is no socket is refused', async ({ fakeQemu, start }) => {
    const child = start(['-chardev', 'socket,id=m,fd=9', '-qmp', 'chardev:m'], { stdio: 'pipe' });
    const stderr = text(child.stderr!);
    await fakeQemu.next();
    expect(await exitOf(child)).toEqual({ code: 1, signal: null });
    expect(await stderr).toBe(
      "qemu-system-x86_64: -chardev socket,id=m,fd=9: File descriptor '9' is not a socket\n",
    );
  });

  test('one that waits for its client holds up what follows', async ({ fakeQemu, start }) => {
    const [first, second] = ['a', 'b'].map((name) => join(fakeQemu.directory, name)) as [string, string];
    const child = start(['-qmp', 'unix:a,server=on', '-qmp', 'unix:b,server=on,wait=off'], { stdio: 'pipe' });
    const vm = await fakeQemu.next();
    const [words] = (await once(child.stderr!, 'data')) as [Buffer];
    expect(words.toString()).toBe(
      'qemu-system-x86_64: -qmp unix:a,server=on: info: QEMU waiting for connection on: disconnected:unix:a,server=on\n',
    );
    expect([existsSync(first), existsSync(second)]).toEqual([true, false]);
    await using client = await QmpClient.connect(first);
    await vm.opened;
    await using other = await QmpClient.connect(second);
    expect(await client.execute('query-status')).toMatchObject({ status: 'running' });
    expect(await other.execute('query-status')).toMatchObject({ status: 'running' });
  });

  test('a serial port may be what is waited for', async ({ fakeQemu, start }) => {
    const child = start(['-serial', 'unix:s,server=on', '-qmp', 'unix:qmp,server=on,wait=off'], {
      stdio: 'pipe',
    });
    const vm = await fakeQemu.next();
    await once(child.stderr!, 'data');
    let open = false;
    void vm.opened.then(() => (open = true));
    const console = connect(join(fakeQemu.directory, 's'));
    await once(console, 'connect');
    await vm.opened;
    expect(open).toBe(true);
    await using client = await QmpClient.connect(socketIn(fakeQemu));
    expect(await client.execute('query-status')).toMatchObject({ status: 'running' });
    console.destroy();
  });

  test('one that nobody connects to is killed by SIGTERM, and can be ended', async ({ fakeQemu, start }) => {
    const child = start(['-qmp', 'unix:a,server=on'], { stdio: 'pipe' });
    const vm = await fakeQemu.next();
    await once(child.stderr!, 'data');
    child.kill('SIGTERM');
    expect(await exitOf(child)).toEqual({ code: null, signal: 'SIGTERM' });
    await expect(vm.opened).rejects.toThrow('ended before its monitors were open');

    const another = start(['-qmp', 'unix:b,server=on'], { stdio: 'pipe' });
    const vm2 = await fakeQemu.next();
    await once(another.stderr!, 'data');
    await vm2.exit(3);
    expect(await exitOf(another)).toEqual({ code: 3, signal: null });
  });

  test('one that dials again and again outlives a missing listener', async ({ fakeQemu, start }) => {
    const child = start(['-chardev', 'socket,id=m,path=later,reconnect-ms=20', '-qmp', 'chardev:m'], {
      stdio: 'pipe',
    });
    await fakeQemu.next();
    const [words] = (await once(child.stderr!, 'data')) as [Buffer];
    expect(words.toString()).toBe(
      "qemu-system-x86_64: Unable to connect character device m: Failed to connect to 'later': No such file or directory\n",
    );
    await using listener = await QmpListener.listen(join(fakeQemu.directory, 'later'));
    const client = await listener.accept();
    expect(await client.execute('query-status')).toMatchObject({ status: 'running' });
    await client.close();
  });

  test.for(['file', 'directory'] as const)(
    'a %s in the place of its socket',
    async (kind, { fakeQemu, start }) => {
      if (kind === 'file') writeFileSync(socketIn(fakeQemu), 'in the way');
      else mkdirSync(socketIn(fakeQemu));
      const child = start(['-qmp', 'unix:qmp,server=on,wait=off'], { stdio: 'pipe' });
      const stderr = text(child.stderr!);
      const vm = await fakeQemu.next();
      if (kind === 'directory') {
        expect(await exitOf(child)).toEqual({ code: 1, signal: null });
        expect(await stderr).toBe(
          'qemu-system-x86_64: -qmp unix:qmp,server=on,wait=off: Failed to unlink socket qmp: Is a directory\n',
        );
        return;
      }
      await vm.opened;
      await using client = await QmpClient.connect(socketIn(fakeQemu));
      expect(await client.execute('query-status')).toMatchObject({ status: 'running' });
    },
  );

  test('one on standard input and output', async ({ fakeQemu, start }) => {
    const child = start(['-qmp', 'stdio'], { stdio: 'pipe' });
    const output = text(child.stdout!);
    const vm = await fakeQemu.next();
    child.stdin!.end('{"execute":"qmp_capabilities"}{"execute":"quit"}');
    await exitOf(child);

    expect(await output).toMatch(/^\{"QMP": .*\r\n\{"return": \{\}\}\r\n/);
    expect(vm).toHaveReceivedCommand('quit');
  });

  test('one that prints prettily', async ({ fakeQemu, start }) => {
    const child = start(['-qmp-pretty', 'stdio', '-qmp', 'unix:qmp,server=on,wait=off'], { stdio: 'pipe' });
    const output = text(child.stdout!);
    const vm = await fakeQemu.next();
    await vm.opened;
    child.stdin!.end('{"execute":"qmp_capabilities"}');
    await vm.mock.waitForCommand('qmp_capabilities');
    await using plain = await QmpClient.connect(socketIn(fakeQemu));
    await plain.execute('quit');
    await exitOf(child);

    expect(await output).toMatch(/^\{\r?\n {4}"QMP": \{\r?\n/);
  });

  test('a second client waits until the first has gone', async ({ fakeQemu, start }) => {
    start(['-qmp', 'unix:qmp,server=on,wait=off']);
    const vm = await fakeQemu.next();
    await vm.opened;
    const first = await QmpClient.connect(socketIn(fakeQemu));
    const second = QmpClient.connect(socketIn(fakeQemu));
    await first.execute('query-status');
    expect(vm.mock.connections).toHaveLength(1);
    await first.close();
    await (await second).close();
  });
});

describe('the end of the process', () => {
  test('`quit` ends it as QEMU does', async ({ fakeQemu, start }) => {
    const child = start(['-qmp', 'unix:qmp,server=on,wait=off']);
    const vm = await fakeQemu.next();
    await vm.opened;
    const client = await QmpClient.connect(socketIn(fakeQemu));
    await client.execute('quit');

    expect(await exitOf(child)).toEqual({ code: 0, signal: null });
    expect(existsSync(socketIn(fakeQemu))).toBe(false);
    await client.close();
  });

  test('a guest that powers off ends it, whether somebody is connected or not', async ({
    fakeQemu,
    start,
  }) => {
    const alone = start(['-qmp', 'unix:qmp,server=on,wait=off', '-pidfile', 'vm.pid']);
    const vm = await fakeQemu.next();
    await vm.opened;
    vm.machine.guest.powerOff();
    expect(await exitOf(alone)).toEqual({ code: 0, signal: null });
    expect(existsSync(socketIn(fakeQemu))).toBe(false);
    expect(existsSync(join(fakeQemu.directory, 'vm.pid'))).toBe(false);
    expect(vm.exitDescription).toBe('exit code 0');

    const watched = start(['-qmp', 'unix:qmp,server=on,wait=off']);
    const vm2 = await fakeQemu.next();
    await vm2.opened;
    const client = await QmpClient.connect(socketIn(fakeQemu));
    vm2.machine.guest.powerOff();
    await expect(client).toEmitEvent('SHUTDOWN', { guest: true, reason: 'guest-shutdown' });
    expect(await exitOf(watched)).toEqual({ code: 0, signal: null });
    await client.close();
  });

  test('nobody who waits for a turn keeps it alive', async ({ fakeQemu, start }) => {
    const child = start(['-qmp', 'unix:qmp,server=on,wait=off']);
    const vm = await fakeQemu.next();
    await vm.opened;
    const first = await QmpClient.connect(socketIn(fakeQemu));
    const second = QmpClient.connect(socketIn(fakeQemu));
    second.catch(() => {});
    await first.execute('query-status');
    await first.execute('quit');

    expect(await exitOf(child)).toEqual({ code: 0, signal: null });
    await expect(second).rejects.toThrow(/greeting/);
    await first.close();
  });

  test('the test decides on the exit code and the last words', async ({ fakeQemu, start }) => {
    const child = start([], { stdio: 'pipe' });
    const stderr = text(child.stderr!);
    const vm = await fakeQemu.next();
    vm.stderr('qemu-system-x86_64: out of luck\n');
    await vm.exit(3);

    expect(await exitOf(child)).toEqual({ code: 3, signal: null });
    expect(await stderr).toBe('qemu-system-x86_64: out of luck\n');
  });

  test('it can crash', async ({ fakeQemu, start }) => {
    const child = start([]);
    await (await fakeQemu.next()).crash('SIGSEGV');
    expect(await exitOf(child)).toEqual({ code: null, signal: 'SIGSEGV' });
  });

  test('SIGTERM shuts it down with an event', async ({ fakeQemu, start }) => {
    const child = start(['-qmp', 'unix:qmp,server=on,wait=off']);
    const vm = await fakeQemu.next();
    await vm.opened;
    const client = await QmpClient.connect(socketIn(fakeQemu));
    child.kill('SIGTERM');

    await expect(client).toEmitEvent('SHUTDOWN', { guest: false, reason: 'host-signal' });
    expect(await exitOf(child)).toEqual({ code: 0, signal: null });
    await client.close();
  });

  test('a stubborn one is ended by SIGKILL alone', async ({ fakeQemu, start }) => {
    const child = start([]);
    const vm = await fakeQemu.next();
    const signalled = new Promise((resolve) => vm.onSignal(resolve));
    child.kill('SIGTERM');
    expect(await signalled).toBe('SIGTERM');
    expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
    await vm.exited;
    expect(vm.exitDescription).toBe('ended from outside, such as by SIGKILL');
  });

  test('the next one can be made to fail', async ({ fakeQemu, start }) => {
    fakeQemu.failNext({ stderr: 'qemu-system-x86_64: no\n', code: 2 });
    const child = start([], { stdio: 'pipe' });
    const stderr = text(child.stderr!);
    expect(await exitOf(child)).toEqual({ code: 2, signal: null });
    expect(await stderr).toBe('qemu-system-x86_64: no\n');
  });
});

test('a pid file is written and removed', async ({ fakeQemu, start }) => {
  const child = start(['-pidfile', 'vm.pid']);
  const vm = await fakeQemu.next();
  await vm.opened;
  const path = join(fakeQemu.directory, 'vm.pid');
  expect(readFileSync(path, 'utf8')).toBe(`${child.pid}\n`);
  await vm.exit();
  expect(existsSync(path)).toBe(false);
});

describe('-daemonize', () => {
  test('the parent ends when the monitor is up; what lives on is the machine', async ({
    fakeQemu,
    start,
  }) => {
    const args = ['-daemonize', '-pidfile', 'vm.pid', '-qmp', 'unix:qmp,server=on,wait=off'];
    const parent = start(args, { stdio: 'pipe' });
    const vm = await fakeQemu.next();
    expect(await exitOf(parent)).toEqual({ code: 0, signal: null });

    expect(vm.pid).not.toBe(parent.pid);
    expect(vm.env).not.toHaveProperty('QMP_VITEST_BACKGROUND');
    expect(readFileSync(join(fakeQemu.directory, 'vm.pid'), 'utf8')).toBe(`${vm.pid}\n`);
    await using client = await QmpClient.connect(socketIn(fakeQemu));
    process.kill(vm.pid, 'SIGTERM');
    await expect(client).toEmitEvent('SHUTDOWN', { reason: 'host-signal' });
    await vm.exited;
    expect(fakeQemu.machines).toEqual([vm]);
  });

  test('a descriptor is handed on', async ({ fakeQemu, start }) => {
    const args = ['-daemonize', '-chardev', 'socket,id=m,fd=4', '-qmp', 'chardev:m'];
    const parent = start(args, { stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'pipe'] });
    const connecting = QmpClient.over(parent.stdio[4] as Duplex);
    await fakeQemu.next();
    await using client = await connecting;
    expect(await exitOf(parent)).toEqual({ code: 0, signal: null });
    expect(await client.execute('query-status')).toMatchObject({ status: 'running' });
  });

  test('what goes wrong on the way is said and answered by the parent', async ({ fakeQemu, start }) => {
    const parent = start(['-daemonize', '-qmp', 'unix:nobody-listens-here'], { stdio: 'pipe' });
    const stderr = text(parent.stderr!);
    await fakeQemu.next();
    expect(await exitOf(parent)).toEqual({ code: 1, signal: null });
    expect(await stderr).toMatch(
      /Failed to connect to '.*nobody-listens-here': No such file or directory\n$/,
    );
  });
});

describe('a command line that QEMU refuses', () => {
  test.for<[string[], string | RegExp]>([
    [['-bogus'], '-bogus: invalid option\n'],
    [['-qmp', 'foo'], /^qemu-system-x86_64: -qmp foo: .*\nqemu-system-x86_64: -qmp foo: parse error: foo\n$/],
    [['-daemonize', '-qmp', 'stdio'], '-qmp stdio: cannot use stdio with -daemonize\n'],
    [['-machine', 'virt'], /unsupported machine type.*\nUse -machine help to list supported machines\n$/],
  ])('%s', async ([args, words], { fakeQemu, start }) => {
    const child = start(args, { stdio: 'pipe' });
    const stderr = text(child.stderr!);
    expect(await exitOf(child)).toEqual({ code: 1, signal: null });
    if (typeof words === 'string') expect(await stderr).toBe(`qemu-system-x86_64: ${words}`);
    else expect(await stderr).toMatch(words);
    expect(fakeQemu.machines).toHaveLength(0);
    expect(fakeQemu.refused).toEqual([
      { commandLine: ['qemu-system-x86_64', ...args].join(' '), stderr: await stderr },
    ]);
  });

  test('is what a test hears of that waits for a machine', async ({ fakeQemu, start }) => {
    const child = start(['-bogus']);
    await exitOf(child);
    await expect(fakeQemu.next({ timeout: 1 })).rejects.toThrow(
      'One ended at once, because QEMU refuses its command line:\n' +
        '  qemu-system-x86_64 -bogus\n  qemu-system-x86_64: -bogus: invalid option',
    );
  });
});

test('it knows its version, and is no machine for that', async ({ fakeQemu, start }) => {
  const child = start(['--version'], { stdio: 'pipe' });
  expect(await text(child.stdout!)).toMatch(/^QEMU emulator version \d+\.\d+\.\d+.*\nCopyright/);
  expect(fakeQemu.machines).toHaveLength(0);
});

test('nothing that starts is said with its reason', async ({ fakeQemu }) => {
  await expect(fakeQemu.next({ timeout: 1 })).rejects.toThrow(
    /No qemu-system-\* was started from .* within 1 ms/,
  );
});

test('a machine that cannot open its monitor says so as QEMU does, and exits', async ({
  fakeQemu,
  start,
}) => {
  const child = start(['-qmp', 'unix:nobody-listens-here'], { stdio: 'pipe' });
  const stderr = text(child.stderr!);
  await fakeQemu.next();
  expect(await exitOf(child)).toEqual({ code: 1, signal: null });
  expect(await stderr).toBe(
    "qemu-system-x86_64: -qmp unix:nobody-listens-here: Failed to connect to 'nobody-listens-here': No such file or directory\n",
  );
});
