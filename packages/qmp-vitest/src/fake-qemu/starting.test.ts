import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { QmpClient } from 'qmp-core';
import { describe, vi } from 'vitest';
import { expect, test as base } from '../index.ts';
import { FakeQemu } from './fake-qemu.ts';

/** The code under test: something that starts QEMU. */
const test = base.extend<{ start: (...args: string[]) => ChildProcess; at: (name: string) => string }>({
  start: async ({ fakeQemu }, use) => {
    await use((...args) =>
      spawn('qemu-system-x86_64', args, { env: fakeQemu.env, cwd: fakeQemu.directory, stdio: 'pipe' }),
    );
  },
  /** A path in the directory that the code under test works in. */
  at: async ({ fakeQemu }, use) => {
    await use((name) => join(fakeQemu.directory, name));
  },
});

// Each test starts a Node; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const SERVER = ['-qmp', 'unix:qmp,server=on,wait=off'];

/** Connects as soon as something listens. */
function reach(path: string): Promise<QmpClient> {
  return vi.waitFor(() => QmpClient.connect(path), { timeout: 50_000, interval: 20 });
}

/** Reads from a stream until a text has come; the stream goes on. */
function readUntil(stream: NodeJS.ReadableStream, wanted: string): Promise<string> {
  return new Promise((resolve) => {
    let read = '';
    const take = (chunk: Uint8Array): void => {
      read += Buffer.from(chunk).toString('latin1');
      if (!read.includes(wanted)) return;
      stream.off('data', take);
      resolve(read);
    };
    stream.on('data', take);
  });
}

describe('without `next`', () => {
  test('a machine starts, and is listed and verified', async ({ fakeQemu, start, at }) => {
    start(...SERVER);
    const client = await reach(at('qmp'));
    await client.execute('stop');
    const [vm, ...others] = fakeQemu.machines;
    expect(others).toEqual([]);
    expect(vm).toHaveReceivedCommand('stop');
    vm!.mock.expect('cont');
    expect(() => vm!.verify()).toThrow('cont');
    await client.execute('cont');
    await client.close();
    expect(await fakeQemu.next()).toBe(vm);
  });

  test('`onStart` scripts each before its first answer', async ({ fakeQemu, start, at }) => {
    const stop = fakeQemu.onStart(async (vm) => {
      // Clients wait for a listener that takes its time.
      await new Promise((resolve) => setImmediate(resolve));
      vm.mock.handle('query-name', { name: `number ${fakeQemu.machines.length}` });
    });
    for (const name of ['a', 'b']) {
      start('-qmp', `unix:${name},server=on,wait=off`);
      const client = await reach(at(name));
      expect(await client.execute('query-name')).toEqual({ name: `number ${name === 'a' ? 1 : 2}` });
      await client.close();
    }
    stop();
    start('-name', 'c', '-qmp', 'unix:c,server=on,wait=off');
    const client = await reach(at('c'));
    expect(await client.execute('query-name')).toEqual({ name: 'c' });
    await client.close();
  });

  test('a listener that throws ends the machine, and fails the test', async ({ fakeQemu, at }) => {
    mkdirSync(at('another'));
    const fake = await FakeQemu.open({ directory: at('another'), mockOptions: {}, patience: 50_000 });
    fake.onStart(() => {
      throw new Error('no such script');
    });
    const child = spawn('qemu-system-x86_64', [], { env: fake.env });
    const vm = await fake.next();
    await expect(vm.opened).rejects.toThrow('no such script');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(fake.findings(vm)).toBe(
      'it was ended, because a listener of `fakeQemu.onStart` threw:\n  ✗ Error: no such script',
    );
    await expect(fake.close()).rejects.toThrow('no such script');
    expect(fakeQemu.machines).toEqual([]);
  });

  test('one that still runs at the end of its test is said to have ended with it', async ({ at }) => {
    mkdirSync(at('another'));
    const fake = await FakeQemu.open({ directory: at('another'), mockOptions: {}, patience: 50_000 });
    spawn('qemu-system-x86_64', [], { env: fake.env });
    const vm = await fake.next();
    await fake.close();
    expect(vm.exitDescription).toBe('ended with its test');
  });

  test('`mockOptions` of a `next` that comes too late are refused', async ({ fakeQemu, start }) => {
    start('-name', 'early');
    await vi.waitUntil(() => fakeQemu.machines.length > 0, { timeout: 50_000, interval: 20 });
    await expect(fakeQemu.next({ mockOptions: { oob: false } })).rejects.toThrow(
      '`qemu-system-x86_64 -name early` had started before `fakeQemu.next({ mockOptions })` was called',
    );
  });
});

describe('as QEMU does it', () => {
  test('a pid file is there while a client is waited for', async ({ fakeQemu, start, at }) => {
    const child = start('-pidfile', 'vm.pid', '-qmp', 'unix:qmp,server=on');
    await readUntil(child.stderr!, 'waiting for connection');
    expect(readFileSync(at('vm.pid'), 'utf8')).toBe(`${child.pid}\n`);
    const vm = await fakeQemu.next();
    await vm.exit();
    expect(existsSync(at('vm.pid'))).toBe(false);
  });

  test('a log is made', async ({ fakeQemu, start, at }) => {
    start('-D', 'qemu.log');
    await (
      await fakeQemu.next()
    ).opened;
    expect(readFileSync(at('qemu.log'), 'utf8')).toBe('');
  });

  test('a config file is part of the command line, also one that can be read once', async ({
    fakeQemu,
    at,
  }) => {
    const script = 'exec qemu-system-x86_64 -readconfig <(echo "[name]"; echo "guest = \\"web\\"") "$@"';
    const child = spawn('bash', ['-c', script, 'bash', ...SERVER], {
      env: fakeQemu.env,
      cwd: fakeQemu.directory,
    });
    const vm = await fakeQemu.next();
    await vm.opened;
    await using client = await QmpClient.connect(at('qmp'));
    expect(await client.execute('query-name')).toEqual({ name: 'web' });
    expect(vm.pid).toBe(child.pid);
  });

  test('a crash leaves socket and pid file, an exit does not', async ({ fakeQemu, start, at }) => {
    for (const [end, left] of [
      ['crash', true],
      ['exit', false],
    ] as const) {
      start('-pidfile', 'vm.pid', ...SERVER);
      const vm = await fakeQemu.next();
      await vm.opened;
      await vm[end]();
      expect([existsSync(at('qmp')), existsSync(at('vm.pid'))]).toEqual([left, left]);
    }
  });

  test('telnet is spoken, once', async ({ fakeQemu, start, at }) => {
    const child = start(
      ...['-chardev', 'socket,id=m,path=t,server=on,wait=on,telnet=on'],
      ...['-mon', 'chardev=m,mode=control'],
    );
    await readUntil(child.stderr!, 'waiting for connection');
    const socket = connect(at('t'));
    const greeting = await readUntil(socket, '\n');
    expect(Buffer.from(greeting, 'latin1').toString('hex')).toMatch(/^fffb01fffb03fffb00fffd007b22514d50/);
    socket.write(Buffer.from('fffd017b2265786563757465223a22716d705f6361706162696c6974696573227d', 'hex'));
    const vm = await fakeQemu.next();
    await vm.mock.waitForCommand('qmp_capabilities');
    socket.destroy();
  });

  test('a human monitor is spoken to', async ({ fakeQemu, start, at }) => {
    start('-monitor', 'unix:hmp,server=on,wait=off');
    await (
      await fakeQemu.next()
    ).opened;
    const socket = connect(at('hmp'));
    socket.write('info status\n');
    expect(await readUntil(socket, 'VM status')).toMatch(/^QEMU \d+\.\d+\.\d+ monitor - type 'help'/);
  });

  test('`query-chardev` tells of each chardev, and of its client', async ({ fakeQemu, start, at }) => {
    start('-nodefaults', ...SERVER, '-chardev', 'socket,id=t,host=127.0.0.1,port=0,server=on,wait=off');
    await (
      await fakeQemu.next()
    ).opened;
    await using client = await QmpClient.connect(at('qmp'));
    const filenames = async () => {
      const chardevs = await client.execute('query-chardev');
      return Object.fromEntries(chardevs.map(({ label, filename }) => [label, filename]));
    };
    const alone = await filenames();
    expect(alone).toEqual({
      compat_monitor0: 'unix:qmp,server=on',
      t: expect.stringMatching(/^disconnected:tcp:127\.0\.0\.1:\d+,server=on$/),
    });
    const port = Number(/(\d+),/.exec(alone['t']!)?.[1]);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const { localPort } = socket;
    await expect
      .poll(async () => (await filenames())['t'], { timeout: 50_000 })
      .toBe(`tcp:127.0.0.1:${port},server=on <-> 127.0.0.1:${localPort}`);
    socket.destroy();
  });

  test('`chardev-add` opens a socket in its process', async ({ fakeQemu, start, at }) => {
    start(...SERVER);
    const vm = await fakeQemu.next();
    await vm.opened;
    await using client = await QmpClient.connect(at('qmp'));
    const backend = (data: object) => ({ type: 'socket', data }) as const;
    const unix = (path: string) => ({ type: 'unix', data: { path } }) as const;
    await client.untyped.execute('chardev-add', {
      id: 'c',
      backend: backend({ addr: unix('added'), server: true, wait: false }),
    });
    expect(existsSync(at('added'))).toBe(true);
    await expect(
      client.untyped.execute('chardev-add', {
        id: 'd',
        backend: backend({ addr: unix('nobody'), server: false }),
      }),
    ).rejects.toThrow("Failed to connect to 'nobody': No such file or directory");
    await client.untyped.execute('chardev-remove', { id: 'c' });
    await vi.waitUntil(() => !existsSync(at('added')), { timeout: 50_000, interval: 20 });
  });

  test('a VNC server listens in its process, and its client sees the picture of the test', async ({
    fakeQemu,
    start,
    at,
  }) => {
    start(...SERVER, '-machine', 'pc', '-nodefaults', '-vga', 'std', '-S', '-vnc', 'unix:vnc');
    const client = await reach(at('qmp'));
    const vm = await fakeQemu.next();
    vm.mock.machine.guest.screen = { width: 1, height: 1, rgb: Uint8Array.of(1, 2, 3) };
    const gone = client.waitForEvent('VNC_DISCONNECTED');
    const viewer = connect(at('vnc'));
    // The whole conversation at once: a version, the authentication, a shared screen, and an update of it.
    viewer.write('RFB 003.008\n\x01\x01\x03\x00\x00\x00\x00\x00\x00\x01\x00\x01');
    expect(await readUntil(viewer, '\x03\x02\x01\x00')).toContain('QEMU');
    expect(await client.execute('query-vnc')).toMatchObject({ enabled: true, service: 'vnc' });
    viewer.destroy();
    expect((await gone).data.server).toMatchObject({ service: 'vnc' });
    await client.execute('quit');
    await client.close();
    await vi.waitUntil(() => !existsSync(at('vnc')), { timeout: 50_000, interval: 20 });
  });

  test.for([
    [['-vnc', 'unix:.'], '-vnc unix:.: Failed to unlink socket .: Is a directory'],
    [['-device', 'virtio-blk-pci'], '-device virtio-blk-pci: drive property not set'],
  ] as const)('ends the process that refuses %j late', async ([more, words], { start }) => {
    const child = start(...SERVER, '-machine', 'pc', '-nodefaults', '-S', ...more);
    const [said, [code]] = await Promise.all([readUntil(child.stderr!, '\n'), once(child, 'exit')]);
    expect(said).toContain(words);
    expect(code).toBe(1);
  });

  test('a client is dialled again in real time', async ({ fakeQemu, start }) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    start('-chardev', `socket,id=m,host=127.0.0.1,port=${port},reconnect-ms=20`, '-qmp', 'chardev:m');
    for (let times = 0; times < 3; times++) {
      const [socket] = await once(server, 'connection');
      expect(await readUntil(socket, '\n')).toContain('"QMP"');
      socket.destroy();
    }
    server.close();
    await fakeQemu.next();
  });
});
