import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { QmpClient, QmpListener } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../../mock/mock-qmp.ts';
import { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../../../test/support/real-qemu.ts';
import { NOWHERE } from '../../../test/support/nowhere.ts';

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
    const proxy = proxyOf({ qemu: `${NOWHERE}/qmp.sock` });
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

test('turns dials away as where its queue is full', async () => {
  const mock = mockOf();
  const proxy = proxyOf({ qemu: await mock.listen() });
  const address = await proxy.listen();
  const fault = proxy.fault.fullQueue(2);
  expect(await (await clientOf(QmpClient.connect(address))).execute('query-name')).toEqual({});
  expect(fault.fired).toBe(2);
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

describe('in a stream', () => {
  /** Text that the client's end gets until it ends. */
  async function textOf(stream: Duplex): Promise<string> {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  }

  test.for([
    ['garbage in a message, in one chunk', ['{"return": {}, garbage\r\n']],
    ['garbage in a message, in chunks', ['{"return', '": {}, ', 'garbage\r\n', 'and more']],
    ['garbage behind a message in one chunk', ['{"return": {}}\r\ngarbage']],
    ['garbage behind messages, a byte at a time', [...'{"return": 1}\r\n{"return": "é"}\r\ngarbage']],
    ['a message that does not end', ['{"return": {}}\r\n', '{"retu', 'rn": ']],
    ['a byte that is no UTF-8', ['{"return": {}}\r\n{"return": "', Buffer.of(0xff), '"}\r\n']],
  ] as const)('every byte passes once: %s', async ([, chunks]) => {
    const monitor = new PassThrough();
    const client = proxyOf().over(monitor);
    for (const chunk of chunks) monitor.write(chunk);
    monitor.end();
    const sent = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string)));
    const got: Buffer[] = [];
    for await (const chunk of client) got.push(chunk as Buffer);
    expect(Buffer.concat(got).toString('latin1')).toBe(sent.toString('latin1'));
  });

  test('an error of the stream is what the client gets', async () => {
    const monitor = new PassThrough();
    const client = proxyOf().over(monitor);
    const reason = new Error('the cable was pulled');
    monitor.destroy(reason);
    await expect(textOf(client)).rejects.toBe(reason);
  });

  test('the error comes behind what was said before, however slowly that is written', async () => {
    const monitor = new PassThrough();
    const proxy = proxyOf();
    proxy.fault.oneBytePerWrite();
    const client = proxy.over(monitor);
    monitor.write('{"return": {}}\r\n');
    const text = await new Promise<string>((resolve) => {
      let got = '';
      client.on('error', (error) => resolve(`${got}${error.message}`));
      client.on('data', (chunk) => {
        if (got === '') monitor.destroy(new Error('broken'));
        got += String(chunk);
      });
    });
    expect(text).toBe('{"return": {}}\r\nbroken');
  });

  test('a stream that gives strings works too', async () => {
    const monitor = new PassThrough({ encoding: 'utf8' });
    const client = proxyOf().over(monitor);
    monitor.end('{"return": "é"}\r\n');
    expect(await textOf(client)).toBe('{"return": "é"}\r\n');
  });

  test.for([
    ['is destroyed', (monitor: Duplex): void => void monitor.destroy()],
    ['failed', (monitor: Duplex): void => void monitor.on('error', () => {}).destroy(new Error('gone'))],
  ] as const)('one that %s already ends for the client', async ([, end]) => {
    const monitor = new PassThrough();
    const closed = new Promise((resolve) => monitor.once('close', resolve));
    end(monitor);
    await closed;
    const proxy = proxyOf();
    const opening = QmpClient.over(proxy.over(monitor), { timeout: 50_000 });
    await expect(opening).rejects.toMatchObject({ phase: 'greeting' });
    expect(String(await opening.catch((error: unknown) => error))).not.toContain('no greeting came within');
    await expect.poll(() => proxy.connections).toBe(0);
  });

  test('one that was read to its end already ends for the client', async () => {
    const monitor = new PassThrough();
    monitor.end();
    await textOf(monitor);
    await expect(QmpClient.over(proxyOf().over(monitor), { timeout: 50_000 })).rejects.toMatchObject({
      phase: 'greeting',
      message: expect.not.stringContaining('no greeting came within') as unknown,
    });
  });

  test('what is destroyed as the client goes away bothers nobody', async () => {
    const [readable, writable] = [new PassThrough(), new PassThrough()];
    // As a program's standard input and output: the two ends close by themselves, in any order.
    const client = proxyOf().over(Duplex.from({ readable, writable }));
    client.on('error', () => {});
    const closed = new Promise((resolve) => client.once('close', resolve));
    readable.destroy();
    writable.destroy();
    await closed;
  });

  test('over TLS one byte is written at a time, as the client itself does', async () => {
    const written: string[] = [];
    const monitor = new (class extends Duplex {
      readonly encrypted = true;
      override _read(): void {}
      override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
        written.push(String(chunk));
        setImmediate(done);
      }
      override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
        written.push(Buffer.concat(chunks.map(({ chunk }) => chunk)).toString());
        setImmediate(done);
      }
    })();
    const client = proxyOf().over(monitor);
    client.write('{"execute"');
    client.write(': "query-name"}');
    client.end();
    await once(monitor, 'finish');
    expect(written).toEqual([...'{"execute": "query-name"}']);
  });
});

test('a monitor that is reset: the client sees a reset, not an end', async () => {
  const mock = mockOf();
  const proxy = proxyOf({ qemu: await mock.listen('127.0.0.1:0') });
  const client = await clientOf(QmpClient.connect(await proxy.listen('127.0.0.1:0')));
  mock.handle('query-name', () => {
    mock.fault.resetConnections();
    return {};
  });
  await expect(client.execute('query-name')).rejects.toMatchObject({
    code: 'QMP_DISCONNECTED',
    cause: { code: 'ECONNRESET' },
  });
});

test('a long reply one byte per write: the writes are as many as the bytes', async () => {
  const monitor = new PassThrough();
  const proxy = proxyOf();
  proxy.fault.oneBytePerWrite();
  const client = proxy.over(monitor);
  const text = `{"return": "${'x'.repeat(20_000)}"}\r\n`;
  monitor.end(text);
  let chunks = 0;
  for await (const chunk of client) chunks += (chunk as Buffer).length === 1 ? 1 : Number.NaN;
  expect(chunks).toBe(text.length);
});

test('a storm comes between messages, not into one', async () => {
  const mock = mockOf();
  const proxy = proxyOf();
  const client = await clientOf(QmpClient.over(proxy.over(mock.connect())));
  proxy.fault.oneBytePerWrite();
  const call = client.execute('query-name');
  await mock.waitForCommand('query-name');
  proxy.fault.eventStorm(3);
  expect(await call).toEqual({});
  expect(await client.waitForEvent('JOB_STATUS_CHANGE')).toBeDefined();
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
