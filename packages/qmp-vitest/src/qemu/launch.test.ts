import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { QmpConnectError, QmpStateError, QmpTimeoutError } from 'qmp-core';
import { describe, expect, test } from 'vitest';
import { launched, launchedDaemon } from '../../test/support/launched.ts';
import { needQemu, needStorageDaemon } from '../../test/support/real-qemu.ts';
import { scratch, standIn } from '../../test/support/stand-in.ts';
import { QemuLaunchError, QemuNotFoundError } from './errors.ts';
import { launchQemu } from './launch.ts';
import { locateQemu } from './locate.ts';
import type { LaunchQemuOptions, QemuTransport } from './options.ts';
import { versionOf } from './probe.ts';
import { NOWHERE } from '../../test/support/nowhere.ts';

const transports: readonly QemuTransport[] = ['accept', 'connect', 'fd'];

/** The launch must fail: gives the error, and how the process and the directory that it had are now. */
async function failedLaunch(options: LaunchQemuOptions): Promise<Error> {
  const error: unknown = await launchQemu(options).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

describe('a real QEMU', { timeout: 60_000 }, () => {
  needQemu();

  test.each(transports)('comes up over %s, answers, and is gone', async (transport) => {
    const vm = await launched({ transport });
    expect(vm.transport).toBe(transport);
    expect(await vm.client.execute('query-status')).toMatchObject({ status: 'running' });
    expect(vm.exit).toBeNull();
    expect(statSync(vm.directory).mode & 0o777).toBe(0o700);
    process.kill(vm.pid, 0);
    expect(await vm.dispose()).toEqual({ by: 'quit', exit: { code: 0, signal: null } });
    expect(existsSync(vm.directory)).toBe(false);
    expect(() => process.kill(vm.pid, 0)).toThrow('ESRCH');
    expect(vm.client.connected).toBe(false);
  });

  test.each(transports)('over %s nothing of the connection is left in the file system', async (transport) => {
    const vm = await launched({ transport });
    const sockets = readdirSync(vm.directory).filter((name) => name.endsWith('.sock'));
    // A socket that QEMU listens on stays while it listens.
    expect(sockets).toEqual(transport === 'connect' ? ['qmp.sock'] : []);
  });

  test('says which version it is, in its greeting as with --version', async () => {
    const vm = await launched();
    expect(vm.version).toEqual(await versionOf(locateQemu()));
  });

  test('is paused where that was asked for', async () => {
    const vm = await launched({ paused: true });
    expect(await vm.client.execute('query-status')).toMatchObject({ status: 'prelaunch' });
  });

  test('gets the arguments of the test after its own', async () => {
    const vm = await launched({ args: ['-name', 'a name, with a comma'.replace(',', ',,')] });
    expect(await vm.client.execute('query-name')).toEqual({ name: 'a name, with a comma' });
    expect(vm.argv.slice(-2)).toEqual(['-name', 'a name,, with a comma']);
    expect(vm.commandLine).toContain(`-name 'a name,, with a comma'`);
    expect(vm.interactiveCommandLine).toContain('-chardev stdio,id=qmp');
  });

  test('gets the environment and the directory of the test', async () => {
    const cwd = scratch();
    const vm = await launched({ env: { QMP_TEST_MARK: 'x', HOME: undefined }, cwd });
    expect(vm.commandLine).toMatch(/^env -u HOME QMP_TEST_MARK=x /);
    if (process.platform !== 'linux') return;
    const environment = readFileSync(`/proc/${vm.pid}/environ`, 'utf8').split('\0');
    expect(environment).toContain('QMP_TEST_MARK=x');
    expect(environment.filter((entry) => entry.startsWith('HOME='))).toEqual([]);
  });

  test('passes the options of the client on', async () => {
    const names: unknown[] = [];
    const vm = await launched({
      client: { oob: true, onMessage: (_direction, message) => names.push(message['execute']) },
    });
    expect(vm.client.oob).toBe(true);
    expect(names).toContain('qmp_capabilities');
  });

  test('keeps what it writes to stderr, in memory and in a file', async () => {
    const vm = await launched({ args: ['-global', 'nosuch.property=1'] });
    await vm.output.stderr.waitFor(/nosuch/, { timeout: 50_000 });
    expect(vm.stderr).toContain('nosuch');
    expect(readFileSync(join(vm.directory, 'stderr.log'), 'utf8')).toBe(vm.stderr);
    expect(vm.stdout).toBe('');
  });

  // QEMU greets first and makes its devices then: the greeting alone would look like success.
  test.each(transports)('one that dies while starting tells why at once, over %s', async (transport) => {
    const error = await failedLaunch({ transport, args: ['-device', 'nope'], launchTimeout: null });
    expect(error).toBeInstanceOf(QemuLaunchError);
    expect(error).toMatchObject({ code: 'QEMU_LAUNCH', exit: { code: 1, signal: null } });
    expect((error as QemuLaunchError).argv.slice(-2)).toEqual(['-device', 'nope']);
    expect((error as QemuLaunchError).stderr).toContain(`'nope' is not a valid device model name`);
    expect(error.message).toContain('QEMU did not start: it ended with exit code 1');
    expect(error.message).toContain('-machine none');
    expect(error.message).toContain(`'nope' is not a valid device model name`);
    expect(error.message).toContain('-chardev stdio,id=qmp -qmp chardev:qmp -device nope');
  });

  test('`await using` ends it and removes its directory', async () => {
    const vm = await launched();
    await vm[Symbol.asyncDispose]();
    expect(vm.exit).toEqual({ code: 0, signal: null });
    expect(existsSync(vm.directory)).toBe(false);
  });

  test('many at once do not disturb each other', async () => {
    const machines = await Promise.all(
      [...transports, ...transports].map((transport, index) =>
        launched({ transport, args: ['-name', `vm${index}`] }),
      ),
    );
    const names = await Promise.all(machines.map(({ client }) => client.execute('query-name')));
    expect(names).toEqual(machines.map((_, index) => ({ name: `vm${index}` })));
  });
});

describe('a storage daemon', { timeout: 60_000 }, () => {
  needStorageDaemon();

  test.each(transports)('comes up over %s', async (transport) => {
    const daemon = await launchedDaemon({
      transport,
      args: ['--blockdev', 'null-co,node-name=disk'],
    });
    const nodes = await daemon.client.execute('query-named-block-nodes');
    expect(nodes).toMatchObject([{ 'node-name': 'disk', drv: 'null-co' }]);
    expect(await daemon.stop()).toMatchObject({ by: 'quit', exit: { code: 0 } });
  });
});

describe('a program that is no QEMU', { timeout: 60_000 }, () => {
  const GREETS = `greet(); onRequest(({ id }) => say({ return: {}, id }))`;

  test('one that talks like QEMU will do', async () => {
    const vm = await launched({ binary: standIn(GREETS), transport: 'fd' });
    expect(vm.version).toEqual({ major: 1, minor: 2, micro: 3, package: 'stand-in' });
    expect(String(vm)).toBe(`QEMU 1.2.3 (pid ${vm.pid}, running)`);
  });

  test.each([
    ['dies before the greeting', `console.error('no room'); process.exit(3)`, { code: 3, signal: null }],
    ['dies after the greeting', `greet(); onRequest(() => process.exit(4))`, { code: 4, signal: null }],
    ['ends well, without a word', `process.exit(0)`, { code: 0, signal: null }],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`, { code: null, signal: 'SIGKILL' }],
  ])('one that %s', async (_name, body, exit) => {
    const error = await failedLaunch({ binary: standIn(body), transport: 'fd' });
    expect(error).toBeInstanceOf(QemuLaunchError);
    expect(error).toMatchObject({ exit });
    expect(error.cause).toBeUndefined();
  });

  test('one that talks nonsense is ended', async () => {
    const binary = standIn(`monitor.write('HTTP/1.1 200 OK\\r\\n\\r\\n'); setInterval(() => {}, 1000)`);
    const error = await failedLaunch({ binary, transport: 'fd' });
    expect(error).toBeInstanceOf(QemuLaunchError);
    expect(error.cause).toBeInstanceOf(QmpConnectError);
    expect(error).toMatchObject({ exit: { code: null, signal: 'SIGKILL' } });
  });

  test('one that says nothing has its time', async () => {
    const binary = standIn(`console.error('thinking'); setInterval(() => {}, 1000)`);
    const error = await failedLaunch({ binary, transport: 'fd', launchTimeout: 300 });
    expect(error).toBeInstanceOf(QemuLaunchError);
    expect(error.cause).toBeInstanceOf(QmpTimeoutError);
    expect(error.message).toContain('No negotiated connection within 300 ms (`launchTimeout`)');
  });

  test.each(transports)('over %s an abort ends it, with the reason of the signal', async (transport) => {
    const controller = new AbortController();
    const reason = new Error('the test is over');
    const launching = failedLaunch({
      binary: standIn(`setInterval(() => {}, 1000)`),
      transport,
      signal: controller.signal,
    });
    controller.abort(reason);
    expect(await launching).toBe(reason);
  });

  test('an abort before the start starts nothing', async () => {
    const reason = new Error('never');
    const signal = AbortSignal.abort(reason);
    expect(await failedLaunch({ binary: NOWHERE, signal })).toBe(reason);
  });

  test('one that does not exist', async () => {
    const error = await failedLaunch({ binary: `${NOWHERE}/qemu` });
    expect(error).toBeInstanceOf(QemuNotFoundError);
    expect(error.message).toContain(`${NOWHERE}/qemu`);
  });

  test('a working directory that does not exist', async () => {
    const error = await failedLaunch({ binary: standIn(GREETS), transport: 'fd', cwd: NOWHERE });
    expect(error).toBeInstanceOf(QemuLaunchError);
    expect(error).toMatchObject({ exit: null });
    expect(error.message).toContain(`The working directory does not exist: ${NOWHERE}`);
  });

  // It would come up, as a process that nobody here can end.
  test.each(['-daemonize', '--daemonize'])('%s is refused', async (word) => {
    const error = await failedLaunch({ args: [word] });
    expect(error).toBeInstanceOf(QmpStateError);
    expect(error.message).toContain('leave it out');
  });

  test.each([-1, Number.NaN, '5' as unknown as number])(
    'a launchTimeout of %s is refused',
    async (launchTimeout) => {
      expect(await failedLaunch({ launchTimeout })).toBeInstanceOf(QmpStateError);
    },
  );
});

describe.runIf(process.platform === 'linux')('a limit of machines', { timeout: 60_000 }, () => {
  const NEGOTIATES = `greet(); onRequest(({ id }) => say({ return: {}, id }))`;

  test.each([0, -1, 0.5])('of %s is refused', async (maxMachines) => {
    expect(await failedLaunch({ maxMachines })).toBeInstanceOf(QmpStateError);
  });

  test('ends with the machine, and is not held by a launch that fails', async () => {
    // The limit counts all machines of the user: another test run may hold the slots, so this only shows that
    // none is kept for ever.
    const options = { binary: standIn(NEGOTIATES), transport: 'fd', maxMachines: 1, quitTimeout: 0 } as const;
    for (let time = 0; time < 3; time++) {
      await failedLaunch({ ...options, binary: NOWHERE });
      const vm = await launched(options);
      await vm.dispose();
    }
  });
});
