import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { QmpClient, QmpListener } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../../test/support/real-qemu.ts';

function proxyOf(options: FaultProxyOptions = {}): FaultProxy {
  const proxy = new FaultProxy(options);
  onTestFinished(() => proxy.close());
  return proxy;
}

function mockOf(): MockQmp {
  const mock = new MockQmp();
  onTestFinished(() => mock.close());
  return mock;
}

async function clientOf(opening: Promise<QmpClient>): Promise<QmpClient> {
  const client = await opening;
  onTestFinished(() => client.close());
  return client;
}

describe('in front of a monitor that listens', () => {
  test('passes everything as it is, until told otherwise', async () => {
    const mock = mockOf();
    const proxy = proxyOf({ qemu: await mock.listen() });
    const client = await clientOf(QmpClient.connect(await proxy.listen()));
    await client.execute('stop');
    expect(await client.waitForEvent('STOP')).toBeDefined();
    await expect(client.untyped.execute('nope')).rejects.toMatchObject({ class: 'CommandNotFound' });
    expect(JSON.stringify(await client.execute('query-qmp-schema')).length).toBeGreaterThan(100_000);
    expect(proxy.connections).toBe(1);
  });

  test('each client gets a conversation of its own', async () => {
    const mock = mockOf();
    const proxy = proxyOf({ qemu: await mock.listen() });
    const address = await proxy.listen('127.0.0.1:0');
    const first = await clientOf(QmpClient.connect(address));
    await first.close();
    const second = await clientOf(QmpClient.connect(address));
    expect(await second.execute('query-name')).toEqual({});
  });

  test('a monitor that is not there: the connection ends', async () => {
    const proxy = proxyOf({ qemu: '/nonexistent/qmp.sock' });
    await expect(QmpClient.connect(await proxy.listen())).rejects.toMatchObject({ phase: 'greeting' });
  });

  test('the end of the monitor is the end for the client, behind its last words', async () => {
    const mock = mockOf();
    const proxy = proxyOf({ qemu: await mock.listen() });
    proxy.fault.oneBytePerWrite();
    const client = await clientOf(QmpClient.connect(await proxy.listen()));
    expect(await client.execute('quit')).toEqual({});
    expect(await client.waitForEvent('SHUTDOWN')).toMatchObject({ data: { reason: 'host-qmp-quit' } });
    await expect(client.waitForEvent('RESET')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
  });
});

test('between a QEMU that dials and a client that listens', async () => {
  const mock = mockOf();
  const listener = await QmpListener.listen('127.0.0.1:0');
  onTestFinished(() => listener.close());
  const proxy = proxyOf({ client: listener.address });
  proxy.fault.splitEvery(3);
  await mock.dial(await proxy.listen());
  const client = await clientOf(listener.accept());
  expect(await client.execute('query-status')).toMatchObject({ running: true });
});

test('the whole vocabulary works on a stream', async () => {
  const mock = mockOf();
  const proxy = proxyOf({ clock: 'manual' });
  const over = (timeout?: number): Promise<QmpClient> =>
    clientOf(QmpClient.over(proxy.over(mock.connect()), { timeout }));
  const fault = proxy.fault.noGreeting();
  await expect(over(20)).rejects.toMatchObject({ phase: 'greeting' });
  fault.clear();
  proxy.fault.eventBeforeGreeting();
  proxy.fault.eventInHandshake('POWERDOWN');
  proxy.fault.refuseNegotiation('no', { times: 1 });
  await expect(over()).rejects.toMatchObject({ code: 'QMP_CAPABILITIES' });
  const client = await over();
  expect((await client.drainEvents()).map((event) => event.event)).toEqual(['RESUME', 'POWERDOWN']);

  proxy.fault.duplicateReply({ command: 'query-name' });
  proxy.fault.unknownIdReply({ command: 'query-uuid' });
  proxy.fault.reorderReplies(2);
  expect(await client.execute('query-name')).toEqual({});
  expect(await client.execute('query-uuid')).toHaveProperty('UUID');
  const order: string[] = [];
  await Promise.all(
    ['query-kvm', 'query-version'].map(async (name) => {
      await client.untyped.execute(name);
      order.push(name);
    }),
  );
  expect(order).toEqual(['query-version', 'query-kvm']);

  proxy.fault.eventStorm(3);
  expect(await client.execute('query-name')).toEqual({});
  expect(await client.drainEvents()).toHaveLength(3);

  proxy.fault.delay(100);
  const late = client.execute('query-name');
  await mock.waitForCommand('query-name', { count: 3 });
  proxy.clock.advance(100);
  expect(await late).toEqual({});
  proxy.fault.clear();

  proxy.fault.disconnectMidReply();
  await expect(client.execute('query-name')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
});

test('holds clients back while parked', async () => {
  const mock = mockOf();
  const proxy = proxyOf({ qemu: await mock.listen() });
  const address = await proxy.listen();
  const fault = proxy.fault.parkClients();
  await expect(QmpClient.connect(address, { timeout: 30 })).rejects.toMatchObject({ code: 'QMP_CONNECT' });
  const waiting = QmpClient.connect(address);
  fault.clear();
  expect(await (await clientOf(waiting)).execute('query-name')).toEqual({});
});

test('what is not QMP passes', async () => {
  const mock = mockOf();
  mock.fault.wrongGreeting('SSH-2.0-OpenSSH_9.2');
  const proxy = proxyOf({ qemu: await mock.listen() });
  const { path } = (await proxy.listen()) as { path: string };
  const socket = connect(path);
  onTestFinished(() => void socket.destroy());
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  expect(String(chunk)).toBe('SSH-2.0-OpenSSH_9.2\r\n');
});

test('refuses to be given both sides, or none to listen for', async () => {
  expect(() => new FaultProxy({ qemu: '/a', client: '/b' })).toThrow('one side');
  await expect(proxyOf().listen()).rejects.toThrow("needs 'qemu' or 'client'");
  expect(() => proxyOf().clock).toThrow("{ clock: 'manual' }");
});

test('close ends conversations and is idempotent', async () => {
  const mock = mockOf();
  const proxy = new FaultProxy({ qemu: await mock.listen() });
  const address = (await proxy.listen()) as { path: string };
  const client = await clientOf(QmpClient.connect(address));
  await Promise.all([proxy.close(), proxy.close()]);
  await expect(client.waitForEvent('STOP')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
  expect(existsSync(address.path)).toBe(false);
  await expect(proxy.listen()).rejects.toThrow('closed');
});

describe('in front of a real QEMU', () => {
  const qemu = findQemu();

  test('one byte per write: the genuine conversation arrives', async ({ skip }) => {
    if (qemu === undefined) {
      if (qemuRequired) throw new Error(`QMP_REQUIRE_QEMU=1, but ${NO_QEMU}`);
      skip(NO_QEMU);
    }
    const listener = await QmpListener.listen('127.0.0.1:0');
    onTestFinished(() => listener.close());
    const proxy = proxyOf({ client: listener.address });
    proxy.fault.oneBytePerWrite();
    const address = (await proxy.listen('127.0.0.1:0')) as { host: string; port: number };
    const args = [
      '-machine',
      'none',
      '-nodefaults',
      '-display',
      'none',
      '-qmp',
      `tcp:127.0.0.1:${address.port}`,
    ];
    const child = spawn(qemu!, args, { stdio: 'ignore' });
    const exited = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const client = await clientOf(listener.accept());
    expect(await client.execute('query-status')).toMatchObject({ running: true });
    await client.execute('stop');
    await client.waitForEvent('STOP');
    await client.execute('quit');
    await client.waitForEvent('SHUTDOWN');
    expect(await exited).toEqual([0, null]);
  });
});
