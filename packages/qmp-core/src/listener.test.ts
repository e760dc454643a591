import { existsSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withoutProxy } from '../test/support/without-proxy.ts';
import { GREETING, ScriptedMonitor } from '../test/support/scripted-monitor.ts';
import { temporaryDirectory } from '../test/support/temporary.ts';
import { QmpConnectError, QmpStateError, QmpTimeoutError } from './errors.ts';
import { QmpListener } from './listener.ts';
import { MAX_UNIX_PATH } from './transport/unix-path.ts';
import type { BoundAddress } from './transport/bind.ts';
import type { QmpAddressInput } from './address.ts';
import { NOWHERE } from '../test/support/nowhere.ts';
import { expectSilentPeer } from '../test/support/silent-peer.ts';

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error,
  );

async function listen(address: QmpAddressInput): Promise<QmpListener> {
  const listener = await QmpListener.listen(address);
  onTestFinished(() => listener.close());
  return listener;
}

/** A peer that dials in, as QEMU does, under the test's control. */
async function dialIn(address: BoundAddress): Promise<ScriptedMonitor> {
  const socket: Socket = connect('path' in address ? { path: address.path } : address);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return new ScriptedMonitor('whole', [socket, socket]);
}

const unixPath = (): string => `${temporaryDirectory()}/qmp.sock`;

describe.each<[string, () => QmpAddressInput]>([
  ['a UNIX socket', () => ({ path: unixPath() })],
  ['TCP', () => '127.0.0.1:0'],
])('over %s', (_name, makeAddress) => {
  test('accepts a monitor that dials in', async () => {
    withoutProxy('it looks at the descriptor of its own socket');
    const listener = await listen(makeAddress());
    const accepting = listener.accept();
    const monitor = await dialIn(listener.address);
    await monitor.open();
    const client = await accepting;
    expect(client.greeting).toEqual(JSON.parse(GREETING));
    expect(client.fd).toEqual(expect.any(Number));
    await client.close();
    expect(client.fd).toBeNull();
  });

  test('a monitor that comes before accept is kept; several are served in order', async () => {
    const listener = await listen(makeAddress());
    const monitors = [await dialIn(listener.address), await dialIn(listener.address)];
    for (const [i, monitor] of monitors.entries())
      monitor.raw(GREETING.replace('"package": ""', `"package": "${i}"`));
    for (const monitor of monitors) void monitor.answer();
    const clients = await Promise.all([listener.accept(), listener.accept()]);
    expect(clients.map((client) => client.greeting?.QMP.version.package)).toEqual(['0', '1']);
    await Promise.all(clients.map((client) => client.close()));
  });

  test('several accepts queue', async () => {
    const listener = await listen(makeAddress());
    const accepts = [listener.accept(), listener.accept()];
    for (let i = 0; i < 2; i++) void (await dialIn(listener.address)).open();
    await Promise.all((await Promise.all(accepts)).map((client) => client.close()));
  });

  test('a peer that is no monitor fails its accept, and the listener goes on', async () => {
    const listener = await listen(makeAddress());
    const accepting = failure(listener.accept());
    const stranger = await dialIn(listener.address);
    stranger.raw('GET / HTTP/1.1\r\n\r\n');
    expect(await accepting).toMatchObject({ code: 'QMP_CONNECT', phase: 'greeting' });
    const again = listener.accept();
    await (await dialIn(listener.address)).open();
    await (await again).close();
  });

  test('a peer that has left without a word before accept is skipped', async () => {
    const listener = await listen(makeAddress());
    const gone = await dialIn(listener.address);
    gone.stream.end();
    await once(gone.stream, 'close');
    const accepting = listener.accept();
    await (await dialIn(listener.address)).open();
    await (await accepting).close();
  });

  test('a timeout when nobody dials in', async () => {
    const listener = await listen(makeAddress());
    const error = await failure(listener.accept({ timeout: 20 }));
    expect(error).toBeInstanceOf(QmpTimeoutError);
    expect((error as Error).message).toContain('nobody dialled in within 20 ms');
  });

  test('a timeout when a peer dials in and is silent', async () => {
    const listener = await listen(makeAddress());
    await dialIn(listener.address);
    await expectSilentPeer(listener, 300);
  });

  test('closing rejects pending accepts, also one that is talking already', async () => {
    const listener = await listen(makeAddress());
    const talking = failure(listener.accept());
    const waiting = failure(listener.accept());
    const monitor = await dialIn(listener.address);
    monitor.raw(`${GREETING}\r\n`);
    await monitor.next();
    await listener.close();
    expect(await talking).toBeInstanceOf(QmpStateError);
    expect(await waiting).toBeInstanceOf(QmpStateError);
    expect(await failure(listener.accept())).toBeInstanceOf(QmpStateError);
    await listener.close();
  });

  test('a client lives on when the listener closes', async () => {
    const listener = await listen(makeAddress());
    const accepting = listener.accept();
    const monitor = await dialIn(listener.address);
    await monitor.open();
    const client = await accepting;
    await listener[Symbol.asyncDispose]();
    const call = client.execute('query-name');
    await monitor.answer({ return: { name: 'x' } });
    expect(await call).toEqual({ name: 'x' });
    await client.close();
  });

  test('a signal rejects accept with its reason', async () => {
    const listener = await listen(makeAddress());
    const controller = new AbortController();
    const accepting = failure(listener.accept({ signal: controller.signal }));
    controller.abort('enough');
    expect(await accepting).toBe('enough');
  });
});

describe('the address', () => {
  test('a port of 0 is resolved; without a host it is loopback', async () => {
    expect((await listen(':0')).address).toEqual({ host: '127.0.0.1', port: expect.any(Number) as number });
    expect((await listen({ port: 0 })).address).not.toEqual({ host: '127.0.0.1', port: 0 });
  });

  test('a port that is taken', async () => {
    const { address } = await listen('127.0.0.1:0');
    const error = await failure(QmpListener.listen(address));
    expect(error).toMatchObject({ code: 'QMP_CONNECT', cause: { code: 'EADDRINUSE' } });
  });

  test('the socket file comes and goes', async () => {
    const path = unixPath();
    const listener = await listen(path);
    expect(listener.address).toEqual({ path });
    expect(lstatSync(path).isSocket()).toBe(true);
    await listener.close();
    expect(existsSync(path)).toBe(false);
  });

  test('the socket file of a listener that is gone is replaced', async () => {
    const path = unixPath();
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    expect(lstatSync(path).isSocket()).toBe(true);
    const listener = await listen(path);
    const accepting = listener.accept();
    await (await dialIn(listener.address)).open();
    await (await accepting).close();
  });

  test('that of one that is alive is not', async () => {
    const path = unixPath();
    const alive = await listen(path);
    const error = await failure(QmpListener.listen(path));
    expect(error).toBeInstanceOf(QmpConnectError);
    expect((error as Error).message).toContain('another process listens there');
    const accepting = alive.accept();
    await (await dialIn(alive.address)).open();
    await (await accepting).close();
  });

  test.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'precious')],
    ['a symbolic link to nowhere', (path) => symlinkSync(NOWHERE, path)],
  ])('%s that is in the way stays', async (_name, make) => {
    const path = unixPath();
    make(path);
    const before = lstatSync(path, { bigint: true }).ino;
    const error = await failure(QmpListener.listen(path));
    expect(error).toBeInstanceOf(QmpConnectError);
    expect((error as Error).message).toContain('it is not a socket');
    expect(lstatSync(path, { bigint: true }).ino).toBe(before);
  });

  test.each<[string, () => QmpAddressInput]>([
    ['a path over the limit', () => `/tmp/${'x'.repeat(MAX_UNIX_PATH)}`],
    ['a directory that is not there', () => `${temporaryDirectory()}/no/qmp.sock`],
    ['no address', () => 'tcp:nowhere'],
    ['nothing', () => undefined as never],
  ])('%s rejects', async (_name, address) => {
    expect(await failure(QmpListener.listen(address()))).toMatchObject({
      code: 'QMP_CONNECT',
      phase: 'dial',
    });
  });
});
