import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { QmpClient, QmpListener } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from './mock-qmp.ts';
import type { MockQmpOptions } from './mock-options.ts';
import { NOWHERE } from '../../test/support/nowhere.ts';

function mockOf(options: MockQmpOptions = {}): MockQmp {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  return mock;
}

const ended = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => stream.resume().once('close', () => resolve()));

describe('listen', () => {
  test('without an address: a UNIX socket that only this user can reach, gone after close', async () => {
    const mock = new MockQmp();
    const { path } = (await mock.listen()) as { path: string };
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    const client = await QmpClient.connect({ path });
    expect(client.greeting?.QMP.capabilities).toEqual(['oob']);
    await client.close();
    await mock.close();
    expect(existsSync(dirname(path))).toBe(false);
  });

  test('its directory is gone after close, also when the machine has quit just before', async () => {
    const mock = new MockQmp();
    const { path } = (await mock.listen()) as { path: string };
    const client = await QmpClient.connect({ path });
    await client.execute('quit');
    await mock.close();
    expect(existsSync(dirname(path))).toBe(false);
    await client.close();
  });

  test('on a TCP port that the system chooses, on the loopback by default', async () => {
    const mock = mockOf();
    const address = await mock.listen('127.0.0.1:0');
    expect(address).toEqual({ host: '127.0.0.1', port: expect.any(Number) as number });
    expect(await mock.listen(':0')).toMatchObject({ host: '127.0.0.1' });
    const client = await QmpClient.connect(address);
    expect(await client.execute('query-name')).toEqual({});
    await client.close();
  });

  test.each(['nonsense:port', `${NOWHERE}/sock`, `/tmp/${'x'.repeat(200)}`])(
    'rejects for %s, and leaves nothing',
    async (address) => {
      await expect(mockOf().listen(address)).rejects.toThrow();
    },
  );

  test('one client at a time; the next is greeted when it leaves, and what it wrote meanwhile is executed', async () => {
    const mock = mockOf();
    const address = (await mock.listen()) as { path: string };
    const first = await QmpClient.connect(address);
    await expect(QmpClient.connect(address, { timeout: 30 })).rejects.toMatchObject({ code: 'QMP_CONNECT' });
    const second = QmpClient.connect(address);
    const third = connect(address);
    third.write('{"execute":"qmp_capabilities"}{"execute":"query-uuid"}');
    expect(mock.connections).toHaveLength(1);
    await first.close();
    const client = await second;
    expect(await client.execute('query-name')).toEqual({});
    expect(mock.received('query-uuid')).toHaveLength(0);
    await client.close();
    await mock.waitForCommand('query-uuid');
    third.destroy();
  });

  test('several monitors: events go to all that negotiated, replies to who asked', async () => {
    const mock = mockOf();
    const [a, b] = await Promise.all([
      QmpClient.connect(await mock.listen()),
      QmpClient.connect(await mock.listen('127.0.0.1:0')),
    ]);
    const deaf = await QmpClient.over(mock.connect(), { negotiate: false });
    await a.execute('stop');
    expect(await a.waitForEvent('STOP')).toBeDefined();
    expect(await b.waitForEvent('STOP')).toBeDefined();
    expect(await deaf.pullEvent()).toBeNull();
    await Promise.all([a.close(), b.close(), deaf.close()]);
  });

  test('a new client starts anew: what the old one left half said is forgotten', async () => {
    const mock = mockOf();
    const address = (await mock.listen()) as { path: string };
    const first = connect(address);
    first.write('{"execute":"qmp_capabilities"}{"execute":"query-na');
    await mock.waitForCommand('qmp_capabilities');
    first.destroy();
    const client = await QmpClient.connect(address);
    expect(await client.execute('query-name')).toEqual({});
    await client.close();
  });

  test('a client that ends its half gets its replies first', async () => {
    const mock = mockOf();
    let answer!: (value: object) => void;
    mock.handle('query-name', () => new Promise((resolve) => (answer = resolve)));
    const socket = connect({ ...((await mock.listen()) as { path: string }), allowHalfOpen: true });
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.end('{"execute":"qmp_capabilities"}{"execute":"query-name"}{"execute":"query-uuid"}');
    await mock.waitForCommand('query-name');
    answer({});
    await ended(socket);
    expect(text.split('\r\n').length).toBe(5);
  });

  test('a client that leaves while its command runs does not hold up the next', async () => {
    const mock = mockOf();
    mock.handle('query-name', (_args, ctx) => ctx.delay(1000).then(() => ({})));
    const address = (await mock.listen()) as { path: string };
    const first = connect(address);
    first.write('{"execute":"qmp_capabilities"}{"execute":"query-name"}');
    await mock.waitForCommand('query-name');
    first.destroy();
    const second = await QmpClient.connect(address);
    expect(await second.execute('query-uuid')).toHaveProperty('UUID');
    await second.close();
  });
});

describe('dial', () => {
  test('a client that listens', async () => {
    const mock = mockOf();
    const listener = await QmpListener.listen('127.0.0.1:0');
    await mock.dial(listener.address);
    const client = await listener.accept();
    expect(await client.execute('query-name')).toEqual({});
    await client.close();
    await listener.close();
  });

  test('nobody there', async () => {
    await expect(mockOf().dial(`${NOWHERE}/sock`)).rejects.toMatchObject({
      code: 'QMP_CONNECT',
      phase: 'dial',
    });
    await expect(mockOf().dial('/x', { reconnect: -1 })).rejects.toMatchObject({ code: 'QMP_STATE' });
  });

  test('reconnect: dials again on the clock, until it is closed', async () => {
    const mock = mockOf();
    const listener = await QmpListener.listen('127.0.0.1:0');
    await mock.dial(listener.address, { reconnect: 100 });
    const first = await listener.accept();
    const gone = mock.connections.length;
    await first.execute('query-name');
    await first.close();
    await expect.poll(() => mock.clock.pending).toBe(1);
    mock.clock.advance(100);
    const second = await listener.accept();
    expect(await second.execute('query-name')).toEqual({});
    expect(gone).toBe(1);
    await second.close();
    await listener.close();
    await expect.poll(() => mock.clock.pending).toBe(1);
    await mock.close();
    expect(mock.clock.pending).toBe(0);
  });
});

describe('connect', () => {
  test('is synchronous: the greeting is there, nothing to wait for', () => {
    const mock = mockOf();
    const stream = mock.connect();
    expect(mock.connections).toHaveLength(1);
    stream.write('{"execute":"qmp_capabilities"}');
    const text = String(stream.read());
    expect(text.startsWith('{"QMP": {"version"')).toBe(true);
  });

  test('a hundred of them', async () => {
    const mock = mockOf();
    const clients = await Promise.all(Array.from({ length: 100 }, () => QmpClient.over(mock.connect())));
    await Promise.all(clients.map((client) => client.execute('query-name')));
    expect(mock.connections).toHaveLength(100);
    await Promise.all(clients.map((client) => client.close()));
    await expect.poll(() => mock.connections.length).toBe(0);
  });

  test('pretty, and without out-of-band execution', async () => {
    const mock = mockOf({ pretty: true, oob: false });
    const client = await QmpClient.over(mock.connect());
    expect(client.greeting?.QMP.capabilities).toEqual([]);
    expect(await client.execute('query-uuid')).toHaveProperty('UUID');
  });
});

test('serve: a stream that is open already', async () => {
  const mock = mockOf();
  const other = mockOf();
  // Any stream will do: here one end of a TCP connection that somebody else accepted.
  const listener = await QmpListener.listen('127.0.0.1:0');
  const { port } = listener.address as { port: number };
  const stream = connect(port, '127.0.0.1');
  mock.serve(stream);
  const client = await listener.accept();
  expect(await client.execute('query-name')).toEqual({});
  expect(other.connections).toHaveLength(0);
  await client.close();
  await listener.close();
});

describe('a client that does not read', () => {
  test('costs memory up to unsentLimit, then is cut off, and verify says so', async () => {
    const mock = mockOf({ unsentLimit: 100_000 });
    const other = await QmpClient.over(mock.connect());
    const stream = mock.connect();
    stream.on('error', () => {});
    stream.write('{"execute":"qmp_capabilities"}');
    await mock.waitForCommand('qmp_capabilities', { count: 2 });
    const [, connection] = mock.connections;
    for (let count = 0; count < 10_000; count++) mock.emit('STOP');
    expect(connection?.closed).toBe(true);
    expect(connection?.unsentBytes).toBeLessThan(120_000);
    expect(() => mock.verify()).toThrow(
      /1 problem with a connection:\n {2}✗ client 2 did not read: \d+ bytes waited for it, more than the option unsentLimit allows, and it was cut off/,
    );
    // Others are served on.
    expect(await other.execute('query-name')).toEqual({});
  });
});

describe('the end', () => {
  test('quit: the reply arrives, then everything ends, and nobody listens any more', async () => {
    const mock = mockOf();
    const address = await mock.listen();
    const client = await QmpClient.connect(address);
    const other = await QmpClient.over(mock.connect());
    expect(await client.execute('quit')).toEqual({});
    expect(await other.waitForEvent('SHUTDOWN')).toMatchObject({
      data: { guest: false, reason: 'host-qmp-quit' },
    });
    await expect(other.waitForEvent('RESET')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
    await expect(QmpClient.connect(address)).rejects.toMatchObject({ phase: 'dial' });
    expect(mock.exitCode).toBe(0);
    // The next connection is to a machine that was started again.
    const next = await QmpClient.over(mock.connect());
    expect(await next.execute('query-status')).toMatchObject({ running: true });
    expect(mock.exitCode).toBeUndefined();
  });

  test('a guest that powers off', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    mock.machine.guest.powerOff();
    expect(await client.waitForEvent('SHUTDOWN')).toMatchObject({ data: { reason: 'guest-shutdown' } });
    await expect(client.waitForEvent('RESET')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
  });

  test.for<[what: string, script: (mock: MockQmp) => void]>([
    [
      'a scripted reply, event and disconnect',
      (mock) =>
        mock
          .expect('system_powerdown')
          .return({})
          .emit('SHUTDOWN', { guest: true, reason: 'guest-shutdown' })
          .disconnect(),
    ],
    [
      'a handler that ends the machine before it answers',
      (mock) =>
        mock.handle('system_powerdown', () => {
          mock.machine.guest.powerOff();
          return {};
        }),
    ],
    [
      'a handler that takes several turns of the loop after the end of the machine',
      (mock) =>
        mock.handle('system_powerdown', async () => {
          mock.machine.guest.powerOff();
          for (let turn = 0; turn < 20; turn++) await setImmediate();
          return {};
        }),
    ],
  ])('what is sent just before it arrives, over a socket and in memory: %s', async ([, script]) => {
    for (const over of ['socket', 'memory']) {
      const mock = mockOf();
      const client =
        over === 'socket'
          ? await QmpClient.connect(await mock.listen())
          : await QmpClient.over(mock.connect());
      script(mock);
      const shutdown = client.waitForEvent('SHUTDOWN');
      expect(await client.execute('system_powerdown')).toEqual({});
      expect(await shutdown).toMatchObject({ data: { guest: true, reason: 'guest-shutdown' } });
      await expect(client.waitForEvent('RESET')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
    }
  });

  test('a handler that never answers holds up the end of its machine for a second at most', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    mock.handle('system_powerdown', () => {
      mock.machine.guest.powerOff();
      return new Promise(() => {});
    });
    const call = client.execute('system_powerdown');
    await expect(call).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
  });

  test('close is idempotent, ends everything, and the mock says that it is closed', async () => {
    const mock = new MockQmp();
    const client = await QmpClient.connect(await mock.listen());
    const wait = mock.waitForCommand('stop');
    const closing = [mock.close(), mock.close(), mock[Symbol.asyncDispose]()];
    await expect(wait).rejects.toMatchObject({ code: 'QMP_STATE' });
    await Promise.all(closing);
    await expect(client.execute('query-name')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
    expect(mock.connections).toEqual([]);
    expect(() => mock.connect()).toThrow('The mock is closed');
    expect(() => mock.handle('stop', {})).toThrow('The mock is closed');
    expect(() => mock.expect('stop')).toThrow('The mock is closed');
    await expect(mock.listen()).rejects.toThrow('The mock is closed');
  });

  test('of a client is noticed, and the rest goes on', async () => {
    const mock = mockOf();
    const clients = await Promise.all([QmpClient.over(mock.connect()), QmpClient.over(mock.connect())]);
    await clients[0].close();
    await expect.poll(() => mock.connections.map((connection) => connection.id)).toEqual([2]);
    expect(await clients[1].execute('query-name')).toEqual({});
  });
});
