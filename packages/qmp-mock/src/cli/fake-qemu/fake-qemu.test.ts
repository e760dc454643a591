import {
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FAKE_QEMU,
  Lines,
  listen,
  negotiate,
  reach,
  scratch,
  start,
  within,
} from '../../../test/support/fake-qemu.ts';
import { knownVersions } from '../../version/version-folders.ts';
import { NEWEST, OLDEST } from '../../../test/support/versions.ts';
import { NOWHERE } from '../../../test/support/nowhere.ts';

const MACHINE = ['-machine', 'none', '-nodefaults', '-display', 'none'];
const SHUTDOWN = (reason: string): string =>
  `{"event": "SHUTDOWN", "data": {"guest": false, "reason": "${reason}"}}`;

/** Starts a machine that dials us. */
async function machine(args: readonly string[] = [], qemu = NEWEST) {
  const path = join(scratch(), 'q');
  const { accept } = await listen(path);
  const program = start(FAKE_QEMU, [...MACHINE, ...args, '-qmp', `unix:${path}`], { qemu });
  return { program, monitor: await negotiate(await accept()), path };
}

describe('fake-qemu', { timeout: 120_000 }, () => {
  it('listens on a socket, answers, quits with status 0, and removes the socket', async () => {
    const path = join(scratch(), 'q.sock');
    const program = start(FAKE_QEMU, [
      ...MACHINE,
      '-S',
      '-chardev',
      `socket,id=qmp,path=${path},server=on,wait=off`,
      '-mon',
      'chardev=qmp,mode=control',
    ]);
    const monitor = await negotiate(await reach({ path }, program));
    expect(await monitor.send('query-status')).toEqual([
      '{"return": {"status": "prelaunch", "running": false}}',
    ]);
    expect(await monitor.send('query-chardev')).toEqual([
      `{"return": [{"frontend-open": true, "filename": "unix:${path},server=on", "label": "qmp"}]}`,
    ]);
    expect(await monitor.send('quit')).toEqual([SHUTDOWN('host-qmp-quit'), '{"return": {}}']);
    expect(await monitor.next()).toBeUndefined();
    expect((await program.ended).code).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it.for([
    [[], true],
    [['--guest', 'obedient'], true],
    [['-guest=deaf'], false],
    [['--guest', 'none'], false],
  ] as const)('with %j a device goes: %j', async ([guest, goes]) => {
    const device = ['-machine', 'pc', '-device', 'virtio-rng-pci,id=a'];
    const { monitor } = await machine([...guest, ...device]);
    expect(await monitor.send('device_del', { id: 'a' })).toEqual(['{"return": {}}']);
    const deleted = [
      '{"event": "DEVICE_DELETED", "data": {"path": "/machine/peripheral/a/virtio-backend"}}',
      '{"event": "DEVICE_DELETED", "data": {"device": "a", "path": "/machine/peripheral/a"}}',
    ];
    expect(await monitor.send('query-name')).toEqual([...(goes ? deleted : []), '{"return": {}}']);
  });

  it.skipIf(process.platform !== 'linux')('says of iothreads that they are threads of its own', async () => {
    const { program, monitor } = await machine(['-object', 'iothread,id=a', '-object', 'iothread,id=b']);
    const [reply = ''] = await monitor.send('query-iothreads');
    const threads = (JSON.parse(reply) as { return: { 'thread-id': number }[] }).return;
    const ids = threads.map(({ 'thread-id': id }) => String(id));
    expect(new Set(ids).size).toBe(2);
    expect(readdirSync(`/proc/${program.child.pid}/task`)).toEqual(expect.arrayContaining(ids));
  });

  it('refuses a guest that there is not', async () => {
    const program = start(FAKE_QEMU, ['--guest', 'rude']);
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.stderr()).toMatch(/--guest: there is no guest 'rude'; there are obedient, deaf, none\n$/);
  });

  it('with --verbose says what it does not model', async () => {
    const { program, monitor } = await machine(['--verbose']);
    expect(await monitor.send('dumpdtb', { filename: `${NOWHERE}/x` })).toEqual([
      '{"error": {"class": "GenericError", "desc": "qmp-mock does not model the command dumpdtb; script an answer to it"}}',
    ]);
    await monitor.send('quit');
    const { stderr } = await program.ended;
    expect(stderr).toBe('qemu-system-x86_64: dumpdtb: the command dumpdtb is not modelled\n');
  });

  it.for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('obeys %s', async (signal) => {
    const { program, monitor } = await machine();
    program.child.kill(signal);
    expect(await monitor.next()).toBe(SHUTDOWN('host-signal'));
    expect(await monitor.next()).toBeUndefined();
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^qemu-system-x86_64: terminating on signal \d+ from pid \d+ \(.+\)\n$/);
  });

  it.for(['SIGUSR1', 'SIGALRM'] as const)('outlives %s', async (signal) => {
    const { program, monitor } = await machine();
    program.child.kill(signal);
    expect(await monitor.send('query-status')).toEqual([
      '{"return": {"status": "running", "running": true}}',
    ]);
    expect(program.stderr()).toBe('');
  });

  it('has no prompt any more after `quit`', async () => {
    const program = start(FAKE_QEMU, [...MACHINE, '-monitor', 'stdio']);
    program.child.stdin!.write('quit\n');
    expect((await program.ended).stdout.endsWith('quit\u001B[K\r\n')).toBe(true);
  });

  it('ends after a reset under -no-reboot', async () => {
    const { program, monitor } = await machine(['-no-reboot']);
    expect(await monitor.send('system_reset')).toEqual([SHUTDOWN('host-qmp-system-reset'), '{"return": {}}']);
    expect((await program.ended).code).toBe(0);
  });

  it('has several monitors, all of which get every event', async () => {
    const folder = scratch();
    const paths = ['a', 'b', 'h'].map((name) => join(folder, name));
    const program = start(FAKE_QEMU, [
      ...MACHINE,
      '-qmp',
      `unix:${paths[0]},server=on,wait=off`,
      '-qmp-pretty',
      `unix:${paths[1]},server=on,wait=off`,
      '-monitor',
      `unix:${paths[2]},server=on,wait=off`,
    ]);
    const a = await negotiate(await reach({ path: paths[0]! }, program));
    const b = new Lines(await reach({ path: paths[1]! }, program));
    expect(await b.next()).toBe('{');
    expect(await b.next()).toBe('    "QMP": {');
    const human = new Lines(await reach({ path: paths[2]! }, program));
    expect(await human.next()).toMatch(/^QEMU [\d.]+ monitor - type 'help' for more information$/);
    human.stream.write('info status\n');
    expect(await human.next()).toContain('info status\u001B[K');
    expect(await human.next()).toBe('VM status: running');
    human.stream.write('stop\n');
    expect(await a.next()).toBe('{"event": "STOP"}');
    expect((await a.send('query-chardev'))[0]).toContain('"label": "compat_monitor2"');
  });

  it('serves one client at a time, and starts anew with the next', async () => {
    const path = join(scratch(), 'q');
    const program = start(FAKE_QEMU, [...MACHINE, '-qmp', `unix:${path},server=on,wait=off`]);
    const first = await negotiate(await reach({ path }, program));
    const second = new Lines(connect({ path }));
    second.stream.write('{"execute":"qmp_capabilities","id":2}');
    expect(await first.send('query-name')).toEqual(['{"return": {}}']);
    first.stream.destroy();
    expect(await second.next()).toContain('{"QMP"');
    expect(await second.next()).toBe('{"return": {}, "id": 2}');
  });

  it('answers a client that has only ended its half', async () => {
    const path = join(scratch(), 'q');
    const program = start(FAKE_QEMU, [...MACHINE, '-qmp', `unix:${path},server=on,wait=off`], {
      qemu: NEWEST,
    });
    const client = await negotiate(await reach({ path, allowHalfOpen: true }, program));
    client.stream.end('{"execute":"query-status"}');
    expect(await client.next()).toBe('{"return": {"status": "running", "running": true}}');
    expect(await client.next()).toBeUndefined();
  });

  it('talks over stdin and stdout, and outlives the end of its input', async () => {
    const program = start(FAKE_QEMU, [...MACHINE, '-qmp', 'stdio']);
    program.child.stdin!.end('{"execute":"qmp_capabilities"}{"execute":"stop"}');
    const lines = new Lines(program.child.stdout as unknown as Duplex);
    expect(await lines.next()).toContain('{"QMP"');
    expect(await lines.next()).toBe('{"return": {}}');
    expect(await lines.next()).toBe('{"event": "STOP"}');
    expect(await lines.next()).toBe('{"return": {}}');
    program.child.kill('SIGTERM');
    expect(await lines.next()).toBe(SHUTDOWN('host-signal'));
    expect((await program.ended).code).toBe(0);
  });

  it('talks over an inherited socket', async () => {
    const program = start(FAKE_QEMU, [...MACHINE, '-chardev', 'socket,id=m,fd=3', '-qmp', 'chardev:m'], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const monitor = await negotiate(program.child.stdio[3] as unknown as Duplex);
    expect(await monitor.send('query-chardev')).toEqual([
      '{"return": [{"frontend-open": true, "filename": "unix:", "label": "m"}]}',
    ]);
  });

  it('listens on a TCP port, waiting for a client', async () => {
    const program = start(FAKE_QEMU, [...MACHINE, '-qmp', 'tcp:127.0.0.1:0,server=on,wait=on']);
    const port = await within(
      'the port',
      new Promise<number>((resolve) => {
        program.child.stderr!.on('data', () => {
          const [, found] = /disconnected:tcp:127\.0\.0\.1:(\d+),server=on\n/.exec(program.stderr()) ?? [];
          if (found !== undefined) resolve(Number(found));
        });
      }),
    );
    expect(program.stderr()).toContain(
      ': -qmp tcp:127.0.0.1:0,server=on,wait=on: info: QEMU waiting for connection on: ',
    );
    const monitor = await negotiate(await reach({ port }, program));
    expect((await monitor.send('query-chardev'))[0]).toMatch(
      `"filename": "tcp:127.0.0.1:${port},server=on <-> 127.0.0.1:`,
    );
  });

  it('dials again with reconnect', async () => {
    const path = join(scratch(), 'q');
    const { accept } = await listen(path);
    const chardev = `socket,id=m,path=${path},reconnect-ms=10`;
    start(FAKE_QEMU, [...MACHINE, '-chardev', chardev, '-qmp', 'chardev:m']);
    const first = await negotiate(await accept());
    first.stream.destroy();
    const second = await negotiate(await accept());
    expect(await second.send('query-name')).toEqual(['{"return": {}}']);
  });

  it('greets as telnet does, and takes telnet’s own bytes out', async () => {
    const path = join(scratch(), 'q');
    const program = start(FAKE_QEMU, [
      ...MACHINE,
      '-chardev',
      `socket,id=m,path=${path},server=on,wait=off,telnet=on`,
      '-qmp',
      'chardev:m',
    ]);
    const lines = new Lines(await reach({ path }, program));
    const greeting = (await lines.next()) ?? '';
    expect(Buffer.from(greeting, 'latin1').subarray(0, 12).toString('hex')).toBe('fffb01fffb03fffb00fffd00');
    lines.stream.write(
      Buffer.concat([Buffer.from('fffd01', 'hex'), Buffer.from('{"execute":"qmp_capabilities"}')]),
    );
    expect(await lines.next()).toBe('{"return": {}}');
  });

  it('shows a multiplexer and what is below it', async () => {
    const path = join(scratch(), 'q');
    const program = start(FAKE_QEMU, [
      ...MACHINE,
      '-chardev',
      `socket,id=m,path=${path},server=on,wait=off,mux=on`,
      '-mon',
      'chardev=m,mode=control',
    ]);
    const monitor = await negotiate(await reach({ path }, program));
    expect(await monitor.send('query-chardev')).toEqual([
      `{"return": [{"frontend-open": true, "filename": "mux", "label": "m"}, {"frontend-open": true, "filename": "unix:${path},server=on", "label": "m-base"}]}`,
    ]);
    expect(await monitor.send('query-yank')).toEqual(['{"return": [{"type": "chardev", "id": "m-base"}]}']);
  });

  it('opens chardevs and monitors at run time', async () => {
    const { program, monitor } = await machine();
    const path = join(scratch(), 'm2');
    const address = { type: 'unix', data: { path } };
    const backend = { type: 'socket', data: { addr: address, server: true, wait: false } };
    expect(await monitor.send('chardev-add', { id: 'c2', backend })).toEqual(['{"return": {}}']);
    const object = { 'qom-type': 'monitor-qmp', id: 'm2', chardev: 'c2', 'close-action': 'delete' };
    expect(await monitor.send('object-add', object)).toEqual(['{"return": {}}']);
    expect((await monitor.send('qom-list', { path: '/objects' }))[0]).toContain('"child<monitor-qmp>"');
    const second = await negotiate(await reach({ path }, program));
    expect(await second.send('object-del', { id: 'm2' })).toEqual([
      '{"error": {"class": "GenericError", "desc": "Cannot delete the current QMP monitor"}}',
    ]);
    second.stream.destroy();
    await expect.poll(() => existsSync(path), { timeout: 30_000 }).toBe(false);
    expect((await monitor.send('query-chardev'))[0]).not.toContain('"c2"');
    const nowhere = { ...backend.data, addr: { type: 'unix', data: { path: `${NOWHERE}/x` } } };
    expect(await monitor.send('chardev-add', { id: 'c3', backend: { ...backend, data: nowhere } })).toEqual([
      `{"error": {"class": "GenericError", "desc": "Failed to add chardev 'c3': Failed to bind socket to ${NOWHERE}/x: No such file or directory"}}`,
    ]);
  });

  it('goes into the background with -daemonize', async () => {
    const folder = scratch();
    const path = join(folder, 'q');
    const pidFile = join(folder, 'pid');
    // Relative paths are those of the folder that it was started in, also when it has left that.
    const args = [...MACHINE, '-daemonize', '-pidfile', 'pid', '-qmp', 'unix:q,server=on,wait=off'];
    const program = start(FAKE_QEMU, args, { cwd: folder });
    expect((await program.ended).code).toBe(0);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(pid).not.toBe(program.child.pid);
    expect(statSync(path).mode & 0o7).toBe(0);
    const monitor = await negotiate(connect({ path }));
    expect(await monitor.send('quit')).toEqual([SHUTDOWN('host-qmp-quit'), '{"return": {}}']);
    await expect.poll(() => existsSync(pidFile), { timeout: 30_000 }).toBe(false);
  });

  it.for([
    ['qemu-system-i386', '-nonsense: invalid option'],
    ['qemu-kvm', '-nonsense: invalid option'],
    ['qemu-system-aarch64', 'qmp-mock does not model the target aarch64: it knows x86_64 only'],
  ] as const)('takes the name by which it is called: %s', async ([name, words]) => {
    const link = join(scratch(), name);
    symlinkSync(FAKE_QEMU, link);
    const { code, stderr } = await start(link, ['-nonsense']).ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: `${name}: ${words}\n` });
  });

  it('prints the help of an option and ends, or says that it does not know it', async () => {
    const machines = await start(FAKE_QEMU, ['-machine', 'help']).ended;
    expect(machines).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Supported machines are:\nmicrovm\n/),
    });
    const device = await start(FAKE_QEMU, ['-device', 'help']).ended;
    expect(device).toMatchObject({ code: 0, stdout: expect.stringContaining('name "virtio-net-pci"') });
    expect(await start(FAKE_QEMU, ['-rtc', 'help']).ended).toEqual({
      code: 1,
      stdout: 'rtc options:\n  base=<str>\n  clock=<str>\n  driftfix=<str>\n',
      stderr: '',
    });
    expect(await start(FAKE_QEMU, ['-cpu', 'help']).ended).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'qemu-system-x86_64: -cpu help: qmp-mock does not model the list of `-cpu help`; a real QEMU prints it\n',
    });
  });

  it('--fake-help lists what is modelled', async () => {
    const help = await start(FAKE_QEMU, ['--fake-version', NEWEST, '--fake-help']).ended;
    expect(help).toMatchObject({ code: 0 });
    expect(help.stdout).toMatch(
      /--guest KIND[^]*as far as its own state goes[^]*\bstop\b[^]*idle[^]*\bquery-replay\b/,
    );
    expect(help.stdout).toMatch(/not modelled \(\d+\):[^]*\bcalc-dirty-rate\b/);
  });

  it('prints its version, and help', async () => {
    const version = await start(FAKE_QEMU, ['-S', '--version'], { qemu: OLDEST }).ended;
    expect(version).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`QEMU emulator version ${OLDEST}.`),
    });
    const help = await start(FAKE_QEMU, ['--fake-version', NEWEST, '-help']).ended;
    expect(help.stdout).toMatch(/^QEMU emulator version [^]*usage: qemu-system-x86_64/);
    const wrong = await start(FAKE_QEMU, ['--fake-version=1.0']).ended;
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `--fake-version: Expected \`qemu\` to be ${knownVersions().join(', ')} or 'installed', got "1.0"`,
      ),
    });
  });

  // QEMU unlinks what is at the path (`util/qemu-sockets.c`): a link itself, never what it points at.
  it.for(['file', 'link'] as const)('takes the place of a %s, as QEMU does', async (kind) => {
    const folder = scratch();
    const path = join(folder, 'q');
    const target = join(folder, 'target');
    writeFileSync(target, 'precious');
    if (kind === 'link') symlinkSync(target, path);
    else writeFileSync(path, 'gone');
    const program = start(FAKE_QEMU, [...MACHINE, '-qmp', `unix:${path},server=on,wait=off`]);
    await negotiate(await reach({ path }, program));
    expect(lstatSync(path).isSocket()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('empties its log, and takes away what a link for its pid file points to', async () => {
    const folder = scratch();
    const [log, pid, link] = ['log', 'pid', 'link'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(log, 'old');
    symlinkSync(pid, link);
    const { program, monitor } = await machine(['-D', log, '-pidfile', link]);
    expect(readFileSync(log, 'utf8')).toBe('');
    expect(readFileSync(pid, 'utf8')).toBe(`${program.child.pid}\n`);
    await monitor.send('quit');
    await program.ended;
    expect([existsSync(pid), lstatSync(link).isSymbolicLink()]).toEqual([false, true]);
    const refused = start(FAKE_QEMU, ['-machine', 'bogus', '-pidfile', pid]);
    expect((await refused.ended).code).toBe(1);
    expect(existsSync(pid)).toBe(false);
  });

  it('does not take the pid file of another, as long as that lives', async () => {
    const pid = join(scratch(), 'pid');
    const { program } = await machine(['-pidfile', pid]);
    const second = await start(FAKE_QEMU, [...MACHINE, '-pidfile', pid]).ended;
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'cannot create PID file: Cannot lock pid file: Resource temporarily unavailable',
      ) as string,
    });
    expect(readFileSync(pid, 'utf8')).toBe(`${program.child.pid}\n`);
    program.child.kill('SIGKILL');
    await program.ended;
    expect(existsSync(pid)).toBe(true);
    const third = await machine(['-pidfile', pid]);
    expect(readFileSync(pid, 'utf8')).toBe(`${third.program.child.pid}\n`);
    await third.monitor.send('quit');
  });

  it('is just killed by a signal before everything is open, and leaves its socket', async () => {
    const path = join(scratch(), 'q');
    const program = start(FAKE_QEMU, [...MACHINE, '-qmp', `unix:${path},server=on`]);
    await expect.poll(() => program.stderr(), { timeout: 30_000 }).toContain('waiting for connection');
    program.child.kill('SIGTERM');
    expect((await program.ended).code).toBeNull();
    expect(program.child.signalCode).toBe('SIGTERM');
    expect(existsSync(path)).toBe(true);
  });

  it('leaves the sockets that it has made when a later option is refused', async () => {
    const path = join(scratch(), 'q');
    const { code } = await start(FAKE_QEMU, [
      ...MACHINE,
      '-qmp',
      `unix:${path},server=on,wait=off`,
      '-mon',
      'nosuch',
    ]).ended;
    expect(code).toBe(1);
    expect(existsSync(path)).toBe(true);
  });

  it('fails where it cannot open what it was told to, and leaves nothing behind', async () => {
    const folder = scratch();
    const pidFile = join(folder, 'pid');
    const cases: readonly (readonly [string[], string])[] = [
      [
        ['-qmp', `unix:${NOWHERE}/x`],
        `-qmp unix:${NOWHERE}/x: Failed to connect to '${NOWHERE}/x': No such file or directory`,
      ],
      [
        ['-pidfile', pidFile, '-qmp', `unix:${NOWHERE}/x,server=on,wait=off`],
        `-qmp unix:${NOWHERE}/x,server=on,wait=off: Failed to bind socket to ${NOWHERE}/x: No such file or directory`,
      ],
      [
        ['-qmp', `unix:${folder},server=on,wait=off`],
        `-qmp unix:${folder},server=on,wait=off: Failed to unlink socket ${folder}: Is a directory`,
      ],
      [
        ['-chardev', 'socket,id=a,host=127.0.0.1,port=1,server=on,wait=off,tls-creds=t'],
        "-chardev socket,id=a,host=127.0.0.1,port=1,server=on,wait=off,tls-creds=t: No TLS credentials with id 't'",
      ],
      [['-debugcon', 'null'], "-debugcon null: No 'ISA' bus found for device 'isa-debugcon'"],
      [
        ['-pidfile', `${NOWHERE}/p`],
        `cannot create PID file: Could not create '${NOWHERE}/p': No such file or directory`,
      ],
      [['-D', '/tmp/%d%d'], 'Bad logfile template: /tmp/%d%d'],
      [
        ['-qmp', 'tcp:127.0.0.1:0,server=on,wait=off,ipv4=off'],
        '-qmp tcp:127.0.0.1:0,server=on,wait=off,ipv4=off: address resolution failed for 127.0.0.1:0: Address family for hostname not supported',
      ],
      [['-D', `${NOWHERE}/log`], `Error opening logfile ${NOWHERE}/log: No such file or directory`],
      [['-chardev', 'socket,id=a,fd=99'], "-chardev socket,id=a,fd=99: File descriptor '99' is not a socket"],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await start(FAKE_QEMU, [...MACHINE, ...args]).ended;
      expect.soft({ code, stderr }).toEqual({ code: 1, stderr: `qemu-system-x86_64: ${message}\n` });
    }
    expect(existsSync(pidFile)).toBe(false);
  });
});
