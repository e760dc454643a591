import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';

import { join } from 'node:path';
import { QmpClient, QmpListener } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OLDEST } from '../../test/support/versions.ts';
import type { MockQmpOptions } from './mock-options.ts';
import { MockQmp } from './mock-qmp.ts';
import { QemuStartError } from './qemu-start-error.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

function mockOf(args: readonly string[], options: MockQmpOptions = {}): MockQmp {
  const mock = new MockQmp({ args, ...options });
  onTestFinished(() => mock.close());
  return mock;
}

async function clientOf(mock: MockQmp): Promise<QmpClient> {
  const client = await QmpClient.over(mock.connect());
  onTestFinished(() => client.close());
  return client;
}

function scratch(): string {
  const folder = temporaryDirectory('mock-args-');
  return folder;
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the machine', () => {
  test('is the one that the arguments describe', async () => {
    const client = await clientOf(
      mockOf(['-machine', 'q35', '-m', '256M', '-smp', '2', '-name', 'web', '-S', '-nodefaults']),
    );
    expect(await client.execute('query-name')).toEqual({ name: 'web' });
    expect(await client.execute('query-status')).toMatchObject({ status: 'prelaunch' });
    expect(await client.execute('query-memory-size-summary')).toMatchObject({ 'base-memory': 256 * 2 ** 20 });
    expect(await client.execute('query-cpus-fast')).toHaveLength(2);
  });

  test('has nothing in it where nothing is said', async () => {
    const client = await clientOf(new MockQmp());
    expect(await client.execute('query-cpus-fast')).toEqual([]);
  });

  test('is described by a config file, too', async () => {
    const file = join(scratch(), 'config');
    writeFileSync(file, '[machine]\n  type = "none"\n[name]\n  guest = "configured"\n');
    const client = await clientOf(mockOf(['-readconfig', file]));
    expect(await client.execute('query-name')).toEqual({ name: 'configured' });
  });
});

describe('arguments that QEMU refuses', () => {
  test.each([
    [['-bogus'], '-bogus: invalid option'],
    [['-machine', 'bogus'], 'unsupported machine type'],
    [['-chardev', 'null,id=a,bogus=1'], "Invalid parameter 'bogus'"],
  ])('%j', (args, words) => {
    const error = thrownBy(() => new MockQmp({ args }));
    expect(error).toBeInstanceOf(QemuStartError);
    expect(error).toMatchObject({
      code: 'QEMU_START',
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining(words),
      message: expect.stringContaining(words),
    });
  });

  test('or that only print something', () => {
    expect(thrownBy(() => new MockQmp({ args: ['-version'] }))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^QEMU emulator version 11\.1/),
    });
  });

  test('once they are acted on: a chardev that cannot be opened', async () => {
    const mock = mockOf(['-machine', 'none', '-qmp', 'unix:/nonexistent/q,server=on,wait=off']);
    await expect(mock.start()).rejects.toMatchObject({
      code: 'QEMU_START',
      stderr:
        'qemu-system-x86_64: -qmp unix:/nonexistent/q,server=on,wait=off: Failed to bind socket to /nonexistent/q: No such file or directory\n',
    });
    await expect(mock.listen()).rejects.toMatchObject({ code: 'QEMU_START' });
  });

  test('of which `connect` cannot tell, `verify` does', async () => {
    const mock = mockOf(['-machine', 'none', '-serial', 'unix:/nonexistent/q']);
    const client = await clientOf(mock);
    // A QEMU that cannot open what it is told to ends.
    await client.closed;
    expect(() => mock.verify()).toThrow("Failed to connect to '/nonexistent/q': No such file or directory");
  });
});

describe('monitors and files that the arguments name', () => {
  test('are there once it has started, and gone once it has ended', async () => {
    const folder = scratch();
    const [path, pid, log] = ['q', 'pid', 'log'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const mock = mockOf([
      '-machine',
      'none',
      '-qmp',
      `unix:${path},server=on,wait=off`,
      '-pidfile',
      pid,
      '-D',
      log,
    ]);
    mock.handle('query-name', { name: 'scripted' });
    expect(existsSync(path)).toBe(false);
    await mock.start();
    await mock.start();
    expect([readFileSync(pid, 'utf8'), readFileSync(log, 'utf8')]).toEqual([`${process.pid}\n`, '']);
    const client = await QmpClient.connect({ path });
    expect(await client.execute('query-name')).toEqual({ name: 'scripted' });
    expect(mock.received('query-name')).toHaveLength(1);
    expect(await client.execute('query-chardev')).toEqual([
      { label: 'compat_monitor0', filename: `unix:${path},server=on`, 'frontend-open': true },
    ]);
    await client.execute('quit');
    await expect.poll(() => existsSync(path)).toBe(false);
    expect([existsSync(pid), existsSync(log), mock.exitCode]).toEqual([false, true, 0]);
    // Started again, it opens everything again.
    await mock.start();
    await using again = await QmpClient.connect({ path });
    expect(await again.execute('query-name')).toEqual({ name: 'scripted' });
    await mock.close();
    expect(existsSync(path)).toBe(false);
  });

  test('dial', async () => {
    const path = join(scratch(), 'q');
    await using listener = await QmpListener.listen(path);
    const mock = mockOf([
      '-machine',
      'none',
      '-chardev',
      `socket,id=mine,path=${path}`,
      '-mon',
      'mine,mode=control',
    ]);
    const [client] = await Promise.all([listener.accept(), mock.start()]);
    expect(await client.execute('query-chardev')).toMatchObject([{ label: 'mine' }]);
    await client.close();
  });

  test('wait for their client, with the pid file there', async () => {
    const folder = scratch();
    const [path, pid] = ['q', 'pid'].map((name) => join(folder, name)) as [string, string];
    const mock = mockOf(['-machine', 'none', '-pidfile', pid, '-qmp', `unix:${path},server=on`]);
    let started = false;
    const starting = mock.start().then(() => (started = true));
    await expect.poll(() => mock.journal.entries()).toHaveLength(1);
    expect([started, existsSync(pid), existsSync(path)]).toEqual([false, true, true]);
    expect(mock.journal.entries().map(({ message }) => message)).toEqual([
      `qemu-system-x86_64: -qmp unix:${path},server=on: info: QEMU waiting for connection on: disconnected:unix:${path},server=on`,
    ]);
    await using client = await QmpClient.connect({ path });
    await starting;
    expect(await client.execute('query-status')).toMatchObject({ running: true });
  });

  test('are given up by `close` while they wait', async () => {
    const path = join(scratch(), 'q');
    const mock = mockOf(['-machine', 'none', '-qmp', `unix:${path},server=on`, '-chardev', 'null,id=later']);
    const starting = mock.start();
    await expect.poll(() => existsSync(path)).toBe(true);
    await mock.close();
    await expect(starting).rejects.toThrow('was closed before a client came');
    expect(existsSync(path)).toBe(false);
  });

  test('speak telnet, and have a human monitor', async () => {
    const path = join(scratch(), 'h');
    const mock = mockOf([
      '-machine',
      'none',
      '-chardev',
      `socket,id=h,path=${path},server=on,wait=off,telnet=on`,
      '-mon',
      'h',
    ]);
    await mock.start();
    const socket = connect({ path });
    onTestFinished(() => void socket.destroy());
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => (bytes = Buffer.concat([bytes, chunk])));
    await expect.poll(() => String(bytes)).toContain('(qemu) ');
    expect(bytes.subarray(0, 12).toString('hex')).toBe('fffb01fffb03fffb00fffd00');
    socket.write('info status\n');
    await expect.poll(() => String(bytes)).toContain('VM status: running');
  });

  test('can be added by `chardev-add`', async () => {
    const path = join(scratch(), 'late');
    const client = await clientOf(new MockQmp());
    const addr = { type: 'unix', data: { path } } as const;
    const backend = { type: 'socket', data: { addr, server: true, wait: false } } as const;
    expect(await client.execute('chardev-add', { id: 'late', backend })).toEqual({});
    expect(await client.execute('query-chardev')).toContainEqual({
      label: 'late',
      filename: `disconnected:unix:${path},server=on`,
      'frontend-open': false,
    });
    await client.execute('chardev-remove', { id: 'late' });
    await expect.poll(() => existsSync(path)).toBe(false);
  });
});

test('`installed` is the version of the QEMU that would be started', () => {
  const folder = scratch();
  const program = (version: string): string => {
    const path = join(folder, version);
    writeFileSync(path, `#!/bin/sh\necho "QEMU emulator version ${version}.3 (Debian)"\n`, { mode: 0o755 });
    return path;
  };
  const before = process.env['QMP_QEMU_BINARY'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['QMP_QEMU_BINARY'];
    else process.env['QMP_QEMU_BINARY'] = before;
  });
  process.env['QMP_QEMU_BINARY'] = program(OLDEST);
  expect(thrownBy(() => new MockQmp({ qemu: 'installed', args: ['-version'] }))).toMatchObject({
    stdout: expect.stringContaining(`version ${OLDEST}.`),
  });
  process.env['QMP_QEMU_BINARY'] = program('8.9');
  expect(() => new MockQmp({ qemu: 'installed' })).toThrow(
    `To learn this one: npx qmp-mock learn ${join(folder, '8.9')}`,
  );
  process.env['QMP_QEMU_BINARY'] = join(folder, 'nothing');
  expect(() => new MockQmp({ qemu: 'installed' })).toThrow('which does not print it');
});
