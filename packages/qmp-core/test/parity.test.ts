/**
 * Parity with the Python class `QEMUMonitorProtocol`, method by method. Each test carries the name of the old
 * method, and runs against the mock and, if there is one, a real QEMU.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withoutProxy } from './support/without-proxy.ts';
import {
  QmpCapabilitiesError,
  QmpClient,
  QmpConnectError,
  QmpDisconnectedError,
  QmpError,
  QmpListener,
  QmpTimeoutError,
  type JsonObject,
  type MessageDirection,
  type QmpAddressInput,
  type UntypedQapi,
} from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { freePort } from './support/free-port.ts';
import { qemuTest, startQemu } from './support/qemu.ts';
import { GREETING } from './support/scripted-monitor.ts';
import { temporaryDirectory } from './support/temporary.ts';

type Client = QmpClient<UntypedQapi>;

interface Backend {
  name: string;
  test: (name: string, body: () => Promise<void>) => void;
  /** A monitor that listens on a UNIX socket or on TCP. */
  serve(kind: 'unix' | 'tcp'): Promise<QmpAddressInput>;
  /** A monitor that dials in there. */
  dialIn(listener: QmpListener): Promise<void>;
}

const mock: Backend = {
  name: 'the mock',
  test: (name, body) => test(name, body),
  async serve(kind) {
    const monitor = new MockQmp();
    onTestFinished(() => monitor.close());
    return monitor.listen(kind === 'unix' ? `${temporaryDirectory()}/qmp.sock` : '127.0.0.1:0');
  },
  async dialIn(listener) {
    const monitor = new MockQmp();
    onTestFinished(() => monitor.close());
    await monitor.dial(listener.address);
  },
};

const qemu: Backend = {
  name: 'QEMU',
  test: qemuTest,
  async serve(kind) {
    const directory = temporaryDirectory();
    const address =
      kind === 'unix' ? { path: `${directory}/qmp.sock` } : { host: '127.0.0.1', port: await freePort() };
    const served = 'path' in address ? `unix:${address.path}` : `tcp:${address.host}:${address.port}`;
    // The second monitor, which dials in, tells that the first one listens.
    const ready = await QmpListener.listen(`${directory}/ready.sock`);
    startQemu(['-qmp', `${served},server=on,wait=off`, '-qmp', `unix:${directory}/ready.sock`]);
    const client = await ready.accept();
    await Promise.all([client.close(), ready.close()]);
    return address;
  },
  dialIn(listener) {
    const { address } = listener;
    startQemu(['-qmp', 'path' in address ? `unix:${address.path}` : `tcp:${address.host}:${address.port}`]);
    return Promise.resolve();
  },
};

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error,
  );

describe.each([mock, qemu])('QEMUMonitorProtocol, against $name', (backend) => {
  async function connect(): Promise<Client> {
    const client = await QmpClient.connect<UntypedQapi>(await backend.serve('unix'));
    onTestFinished(() => client.close());
    return client;
  }

  for (const kind of ['unix', 'tcp'] as const) {
    backend.test(`__init__(address) over ${kind}`, async () => {
      const client = await QmpClient.connect(await backend.serve(kind));
      expect(await client.execute('query-status')).toHaveProperty('status');
      await client.close();
    });

    backend.test(`__init__(address, server=True), accept() over ${kind}`, async () => {
      const listener = await QmpListener.listen(
        kind === 'unix' ? `${temporaryDirectory()}/qmp.sock` : '127.0.0.1:0',
      );
      onTestFinished(() => listener.close());
      const accepting = listener.accept();
      await backend.dialIn(listener);
      const client = await accepting;
      expect(client.greeting?.QMP.version.qemu.major).toBeGreaterThan(5);
      await client.close();
    });
  }

  backend.test('connect() gives the greeting', async () => {
    const client = await connect();
    expect(client.greeting).toMatchObject({ QMP: { version: { qemu: {} }, capabilities: ['oob'] } });
    expect(await client.execute('query-name')).toEqual({});
  });

  backend.test('connect(negotiate=False) gives None', async () => {
    const client = await QmpClient.connect<UntypedQapi>(await backend.serve('unix'), { negotiate: false });
    onTestFinished(() => client.close());
    expect(client.greeting).toBeNull();
    expect((await client.send({ execute: 'query-name' })).error?.class).toBe('CommandNotFound');
    expect(await client.send({ execute: 'qmp_capabilities' })).toEqual({ return: {} });
    expect(await client.send({ execute: 'query-name' })).toEqual({ return: {} });
  });

  backend.test('cmd_obj(obj) gives the reply, and tells when the connection is closed', async () => {
    const client = await connect();
    expect(await client.send({ execute: 'query-name', id: 'a' })).toEqual({ return: {}, id: 'a' });
    await client.close();
    expect(await failure(client.send({ execute: 'query-name' }))).toBeInstanceOf(QmpDisconnectedError);
  });

  backend.test('cmd(name, args, cmd_id) gives return or error', async () => {
    const client = await connect();
    expect(await client.send({ execute: 'query-name', arguments: {}, id: 7 })).toEqual({ return: {}, id: 7 });
    const reply = await client.send({ execute: 'query-name', arguments: { a: 1 }, id: { n: 7 } });
    expect(reply).toEqual({
      error: { class: 'GenericError', desc: "Parameter 'a' is unexpected" },
      id: { n: 7 },
    });
  });

  backend.test('command(cmd, **kwds) gives the return, or raises with desc', async () => {
    const client = await connect();
    expect(await client.execute('query-name')).toEqual({});
    expect(await failure(client.execute('query-name', { a: 1 }))).toMatchObject({
      class: 'GenericError',
      desc: "Parameter 'a' is unexpected",
    });
  });

  backend.test('pull_event(wait=False), pull_event(wait=True), pull_event(wait=seconds)', async () => {
    const client = await connect();
    expect(await client.pullEvent({ timeout: 0 })).toBeNull();
    expect(await failure(client.pullEvent({ timeout: 5 }))).toBeInstanceOf(QmpTimeoutError);
    const waiting = client.pullEvent({ timeout: Number.POSITIVE_INFINITY });
    await client.execute('system_powerdown');
    expect(await waiting).toMatchObject({
      event: 'POWERDOWN',
      timestamp: { seconds: expect.any(Number) as number },
    });
    await client.execute('system_powerdown');
    expect(await client.pullEvent({ timeout: 10_000 })).toMatchObject({ event: 'POWERDOWN' });
    expect(await client.pullEvent()).toBeNull();
  });

  backend.test('get_events(wait) gives all that are pending', async () => {
    const client = await connect();
    expect(await client.drainEvents()).toEqual([]);
    await client.execute('system_powerdown');
    await client.execute('system_powerdown');
    expect((await client.drainEvents({ timeout: 10_000 })).map(({ event }) => event)).toEqual([
      'POWERDOWN',
      'POWERDOWN',
    ]);
    expect(await failure(client.drainEvents({ timeout: 5 }))).toBeInstanceOf(QmpTimeoutError);
  });

  backend.test('clear_events()', async () => {
    const client = await connect();
    await client.execute('system_powerdown');
    client.clearEvents();
    expect(await client.drainEvents()).toEqual([]);
  });

  backend.test('settimeout(t)', async () => {
    const client = await connect();
    expect(client.timeout).toBeNull();
    client.timeout = 60_000;
    expect(await client.execute('query-name')).toEqual({});
    client.timeout = 0;
    expect(await failure(client.execute('query-qmp-schema'))).toBeInstanceOf(QmpTimeoutError);
    client.timeout = null;
    expect(await client.execute('query-name')).toEqual({});
  });

  backend.test('get_sock_fd()', async () => {
    withoutProxy('it looks at the descriptor of its own socket');
    const client = await connect();
    expect(client.fd).toBeGreaterThan(2);
    await client.close();
    expect(client.fd).toBeNull();
  });

  backend.test('is_scm_available()', async () => {
    withoutProxy('it looks at the descriptor of its own socket');
    const overTcp = await QmpClient.connect(await backend.serve('tcp'));
    onTestFinished(() => overTcp.close());
    expect(overTcp.canPassFds).toBe(false);
    const client = await connect();
    expect(client.canPassFds).toBe(await koffiIsThere());
  });

  backend.test('close(), and with', async () => {
    const address = await backend.serve('unix');
    const first = await QmpClient.connect(address);
    await first.close();
    await first.close();
    expect(first.connected).toBe(false);
    const second = await QmpClient.connect(address); // the monitor is free again
    await second[Symbol.asyncDispose]();
    expect(second.connected).toBe(false);
  });

  backend.test("logging.getLogger('QMP'): every message, sent and received", async () => {
    const seen: [MessageDirection, JsonObject][] = [];
    const client = await QmpClient.connect(await backend.serve('unix'), {
      onMessage: (direction, message) => void seen.push([direction, message]),
    });
    await client.execute('system_powerdown');
    await client.close();
    expect(seen).toMatchObject([
      ['in', { QMP: {} }],
      ['out', { execute: 'qmp_capabilities' }],
      ['in', { return: {} }],
      ['out', { execute: 'system_powerdown' }],
      ['in', { event: 'POWERDOWN' }],
      ['in', { return: {} }],
    ]);
  });
});

async function koffiIsThere(): Promise<boolean> {
  const name = 'koffi';
  return import(name).then(
    () => true,
    () => false,
  );
}

describe('QMPError, QMPConnectError, QMPCapabilitiesError, QMPTimeoutError', () => {
  test('QMPConnectError', async () => {
    const error = await failure(QmpClient.connect(`${temporaryDirectory()}/nobody.sock`));
    expect(error).toBeInstanceOf(QmpConnectError);
    expect(error).toBeInstanceOf(QmpError);
  });

  test('QMPCapabilitiesError', async () => {
    const path = `${temporaryDirectory()}/qmp.sock`;
    const server = createServer((socket) => {
      socket.write(`${GREETING}\r\n`);
      socket.on('error', () => {});
      socket.on('data', () =>
        socket.write('{"id": 1, "error": {"class": "GenericError", "desc": "no"}}\r\n'),
      );
    }).listen(path);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    expect(await failure(QmpClient.connect(path))).toBeInstanceOf(QmpCapabilitiesError);
  });

  test('QMPTimeoutError', async () => {
    const listener = await QmpListener.listen('127.0.0.1:0');
    onTestFinished(() => listener.close());
    expect(await failure(listener.accept({ timeout: 5 }))).toBeInstanceOf(QmpTimeoutError);
  });
});
