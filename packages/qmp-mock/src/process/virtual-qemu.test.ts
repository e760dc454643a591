import type { Duplex } from 'node:stream';
import { QmpClient } from 'qmp-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryHost } from '../../test/support/memory-host.ts';
import { loadProfile } from '../version/load-profile.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { readArguments } from './command-line/read-arguments.ts';
import type { StartPlan } from './command-line/start-plan.ts';
import type { ClientStream } from './host.ts';
import { Opening } from './opening.ts';
import { VirtualQemu } from './virtual-qemu.ts';
import { NEWEST } from '../../test/support/versions.ts';

const MACHINE = ['-machine', 'none', '-nodefaults'];
const profile = (version = NEWEST): QemuProfile => loadProfile(version);

function plan(args: readonly string[], version?: string): StartPlan {
  const read = readArguments([...MACHINE, ...args], {
    profile: profile(version),
    program: 'qemu-system-x86_64',
    file: { read: () => '', whyNotReadable: () => undefined },
  });
  if (read.plan === undefined) throw read.refusal ?? new Error('it prints something');
  return read.plan;
}

function qemuOf(host: MemoryHost, args: readonly string[], version?: string): VirtualQemu {
  const qemu = new VirtualQemu({ plan: plan(args, version), profile: profile(version), host });
  onTestFinished(() => qemu.close());
  return qemu;
}

async function talk(stream: Duplex): Promise<QmpClient> {
  const client = await QmpClient.over(stream);
  onTestFinished(() => client.close());
  return client;
}

describe('a whole QEMU in one process', () => {
  it('opens, greets, answers, and ends with everything taken away', async () => {
    const host = new MemoryHost();
    const qemu = qemuOf(host, ['-qmp', 'unix:/q,server=on,wait=off', '-pidfile', '/pid', '-D', '/log-%d']);
    expect(await qemu.start()).toBe(true);
    expect([...host.files]).toEqual([
      ['/log-4711', ''],
      ['/pid', '4711\n'],
    ]);
    const client = await talk(host.connect('/q'));
    expect(await client.execute('query-chardev')).toEqual([
      { label: 'compat_monitor0', filename: 'unix:/q,server=on', 'frontend-open': true },
    ]);
    await client.execute('quit');
    await host.until(() => host.exitCode !== undefined);
    expect([host.exitCode, host.addresses, [...host.files.keys()]]).toEqual([0, [], ['/log-4711']]);
  });

  it('has its pid file while it waits for a client', async () => {
    const host = new MemoryHost();
    const qemu = qemuOf(host, ['-pidfile', '/pid', '-qmp', 'unix:/q,server=on', '-chardev', 'null,id=n']);
    const started = qemu.start();
    await host.until(() => host.errors !== '');
    expect(host.errors).toBe(
      'qemu-system-x86_64: -qmp unix:/q,server=on: info: QEMU waiting for connection on: disconnected:unix:/q,server=on\n',
    );
    expect([host.files.has('/pid'), host.isReady, qemu.chardevs.has('n')]).toEqual([true, false, false]);
    const stream = host.connect('/q');
    await started;
    expect([host.isReady, qemu.chardevs.has('n')]).toEqual([true, true]);
    expect(await (await talk(stream)).execute('query-status')).toMatchObject({ running: true });
  });

  it('keeps what a client says before everything is open', async () => {
    const host = new MemoryHost();
    const qemu = qemuOf(host, ['-qmp', 'unix:/a,server=on,wait=off', '-qmp', 'unix:/b,server=on']);
    const started = qemu.start();
    await host.until(() => host.errors !== '');
    const early = host.connect('/a');
    early.write('{"execute":"qmp_capabilities"}{"execute":"query-name","id":1}');
    host.connect('/b');
    await started;
    let text = '';
    for await (const chunk of early.setEncoding('utf8')) {
      text += String(chunk);
      if (text.includes('"id": 1')) break;
    }
    expect(text).toContain('{"return": {}, "id": 1}');
  });

  it.for([
    [
      ['-qmp', 'unix:/nonexistent/q,server=on'],
      'Failed to bind socket to /nonexistent/q: No such file or directory',
    ],
    [['-qmp', 'unix:/nobody'], "Failed to connect to '/nobody': Connection refused"],
    [
      ['-chardev', 'null,id=a', '-mon', 'chardev=a,mode=control', '-mon', 'chardev=a'],
      "chardev 'a' is already in use",
    ],
    [['-mon', 'chardev=x,mode=control'], 'chardev "x" not found'],
    [['-chardev', 'socket,id=a,fd=7'], "File descriptor '7' is not a socket"],
  ] as const)('refuses %j in QEMU’s words, and takes its pid file away', async ([args, words]) => {
    const host = new MemoryHost();
    await expect(qemuOf(host, ['-pidfile', '/pid', ...args]).start()).rejects.toThrow(words);
    expect(host.files.has('/pid')).toBe(false);
  });

  it('dials, and dials again with reconnect', async () => {
    const host = new MemoryHost();
    const arrived: ClientStream[] = [];
    const qemu = qemuOf(host, ['-chardev', 'socket,id=m,path=/t,reconnect-ms=50', '-qmp', 'chardev:m']);
    await qemu.start();
    expect(host.errors).toContain(
      "Unable to connect character device m: Failed to connect to '/t': Connection refused",
    );
    host.serve('/t', (stream) => arrived.push(stream));
    host.clock.advance(50);
    const first = await talk(arrived[0]!);
    await first.close();
    await expect.poll(() => host.clock.pending).toBe(1);
    host.clock.advance(50);
    expect(await (await talk(arrived[1]!)).execute('query-name')).toEqual({});
  });

  it('copies what a chardev writes to its log', async () => {
    const host = new MemoryHost();
    const chardev = 'socket,id=m,path=/q,server=on,wait=off,logfile=/copy';
    await qemuOf(host, ['-chardev', chardev, '-mon', 'm,mode=control']).start();
    const client = await talk(host.connect('/q'));
    await client.execute('query-name', {}, { id: 'x' });
    expect(host.files.get('/copy')).toMatch(
      /^\{"QMP": .*\r\n\{"return": \{\}.*\r\n\{"return": \{\}, "id": "x"\}\r\n$/,
    );
  });

  it('says by which signal it ends', async () => {
    const host = new MemoryHost();
    const qemu = qemuOf(host, []);
    await qemu.start();
    qemu.signal('SIGTERM', '1 (init)');
    await host.until(() => host.exitCode !== undefined);
    expect(host.errors).toBe('qemu-system-x86_64: terminating on signal 15 from pid 1 (init)\n');
  });

  it('leaves everything to the process in the background', async () => {
    const host = new MemoryHost();
    host.daemonizes = true;
    expect(await qemuOf(host, ['-daemonize', '-pidfile', '/pid']).start()).toBe(false);
    expect([host.isReady, host.files.has('/pid')]).toEqual([false, false]);
  });
});

describe('a QEMU that one process opens, and another has', () => {
  async function relayed(args: readonly string[], here: MemoryHost, there: MemoryHost) {
    const opening = new Opening({ plan: plan(args), profile: profile(), host: here });
    await opening.run();
    await qemuOf(there, args).start();
    return { opening };
  }

  it('serves clients that come before and after it is taken over', async () => {
    const args = ['-pidfile', '/pid', '-D', '/log', '-qmp', 'unix:/q,server=on', '-serial', 'null'];
    const [here, there] = [new MemoryHost(), new MemoryHost({ opened: true })];
    let early: Duplex | undefined;
    void here.until(() => here.errors !== '').then(() => (early = here.connect('/q')));
    const { opening } = await relayed(args, here, there);
    expect([...here.files.keys(), ...there.files.keys()]).toEqual(['/log', '/pid']);
    expect([here.errors.includes('waiting'), there.errors]).toEqual([true, '']);
    opening.relay((chardev, stream) => there.deliver(chardev, stream));
    const first = await talk(early!);
    const next = here.connect('/q');
    expect(await first.execute('query-chardev')).toMatchObject([
      { filename: 'unix:/q,server=on', label: 'compat_monitor0' },
      { filename: 'null', label: 'serial0' },
    ]);
    await first.close();
    expect(await (await talk(next)).execute('query-status')).toMatchObject({ running: true });
  });

  it('dials in the one, and answers in the other', async () => {
    const dialled: ClientStream[] = [];
    const [here, there] = [new MemoryHost(), new MemoryHost({ opened: true })];
    here.serve('/t', (stream) => dialled.push(stream));
    const { opening } = await relayed(['-qmp', 'unix:/t'], here, there);
    opening.relay((chardev, stream) => there.deliver(chardev, stream));
    expect(await (await talk(dialled[0]!)).execute('query-chardev')).toMatchObject([
      { filename: 'unix:/t', label: 'compat_monitor0' },
    ]);
  });
});
