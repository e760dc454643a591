import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withoutProxy } from '../../test/support/without-proxy.ts';
import { GREETING } from '../../test/support/scripted-monitor.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import type { QmpAddressInput } from '../address.ts';
import { QmpClient } from '../client.ts';
import { QmpConnectError, QmpStateError, QmpTimeoutError } from '../errors.ts';
import { MAX_UNIX_PATH } from './unix-path.ts';
import { dialled } from '../../test/support/dialled.ts';
import { HandClock } from '../../test/support/hand-clock.ts';

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error,
  );

/** A server that does with its connections what it is told. */
async function serve(
  options: { path: string } | { port: number },
  greet: boolean,
): Promise<{ server: Server; connections: () => Promise<number> }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (greet) {
      socket.write(`${GREETING}\r\n`);
      socket.on('data', () => socket.write('{"return": {}, "id": 1}\r\n'));
    } else socket.resume();
  });
  server.listen({ ...options, host: '127.0.0.1' });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    server,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
  };
}

const unixPath = (): string => `${temporaryDirectory()}/qmp.sock`;
/** A path of exactly so many bytes, in a directory that exists. */
const pathOf = (bytes: number, filler = 'x'): string => {
  const head = `${temporaryDirectory()}/`;
  return head + filler.repeat((bytes - Buffer.byteLength(head)) / Buffer.byteLength(filler));
};

test.each<[string, () => QmpAddressInput | Promise<QmpAddressInput>, RegExp, string | undefined]>([
  ['a path that is not there', unixPath, /there is no such file/, 'ENOENT'],
  [
    'a stale socket file',
    async () => {
      const path = unixPath();
      const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
      await once(spawn(process.execPath, ['-e', script]), 'exit');
      return path;
    },
    /no process listens on it .*a stale file/,
    'ECONNREFUSED',
  ],
  [
    'a file that is no socket',
    () => {
      const path = unixPath();
      writeFileSync(path, '');
      return path;
    },
    /the file is not a socket/,
    'ECONNREFUSED',
  ],
  [
    'a port where nobody listens',
    async () => {
      const { server } = await serve({ port: 0 }, false);
      const { port } = server.address() as AddressInfo;
      server.close();
      return `127.0.0.1:${port}`;
    },
    /no process listens on that port/,
    'ECONNREFUSED',
  ],
  ['a path over the limit', () => pathOf(MAX_UNIX_PATH + 1), /too long: \d+ bytes/, undefined],
  [
    'a path over the limit in bytes, not in letters',
    () => pathOf(MAX_UNIX_PATH + 20, 'é'),
    /too long/,
    undefined,
  ],
  ['a descriptor that is not open', () => ({ fd: 4000 }), /descriptor 4000/, undefined],
])('%s', async (_name, address, message, code) => {
  const error = await failure(QmpClient.connect(await address()));
  expect(error).toBeInstanceOf(QmpConnectError);
  expect(error).toMatchObject({ phase: 'dial' });
  expect((error as Error).message).toMatch(message);
  if (code !== undefined) expect((error as Error).cause).toMatchObject({ code });
});

test.each(['', 'tcp:x', null, {}, { fd: 'x' }])('what is no address rejects: %j', async (address) => {
  const error = await failure(QmpClient.connect(address as QmpAddressInput));
  expect(error).toMatchObject({
    code: 'QMP_CONNECT',
    phase: 'dial',
    cause: expect.any(QmpStateError) as unknown,
  });
});

test('the longest path that the platform takes', async () => {
  withoutProxy('it looks at the descriptor of its own socket');
  const path = pathOf(MAX_UNIX_PATH);
  await serve({ path }, true);
  const client = await QmpClient.connect(path);
  expect(client.fd).toEqual(expect.any(Number));
  await client.close();
});

function addressOf(server: Server): QmpAddressInput {
  const address = server.address();
  if (address === null) throw new Error('The server does not listen');
  return typeof address === 'string' ? { path: address } : { host: '127.0.0.1', port: address.port };
}

describe.each<[string, () => { path: string } | { port: number }]>([
  ['a UNIX socket', () => ({ path: unixPath() })],
  ['TCP', () => ({ port: 0 })],
])('over %s', (_name, options) => {
  test('connects', async () => {
    const { server } = await serve(options(), true);
    const client = await QmpClient.connect(addressOf(server));
    expect(client.greeting).toEqual(JSON.parse(GREETING));
    await client[Symbol.asyncDispose]();
    expect(client.connected).toBe(false);
  });

  test('one who accepts and never greets: a hint that another client may hold it; no socket is left', async () => {
    const { server } = await serve(options(), false);
    const closed = new Promise<void>((resolve) => {
      server.once('connection', (socket) => socket.once('close', () => resolve()));
    });
    const clock = new HandClock();
    const connected = dialled();
    const connecting = failure(QmpClient.connect(addressOf(server), { timeout: 500, clock }));
    await connected;
    clock.strike();
    const error = await connecting;
    expect(error).toMatchObject({ phase: 'greeting', cause: expect.any(QmpTimeoutError) as unknown });
    expect((error as Error).message).toContain('another client may hold it');
    await closed;
  });

  test('an abort while waiting for the greeting leaves no socket', async () => {
    const { server } = await serve(options(), false);
    const controller = new AbortController();
    const connecting = failure(QmpClient.connect(addressOf(server), { signal: controller.signal }));
    const [socket] = (await once(server, 'connection')) as [NodeJS.EventEmitter];
    const closed = once(socket, 'close');
    controller.abort('enough');
    expect(await connecting).toBe('enough');
    await closed;
  });

  test('a signal that has aborted opens nothing', async () => {
    const { server, connections } = await serve(options(), true);
    expect(await failure(QmpClient.connect(addressOf(server), { signal: AbortSignal.abort('enough') }))).toBe(
      'enough',
    );
    expect(await connections()).toBe(0);
  });
});
