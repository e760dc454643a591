import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TlsOptions } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { GREETING, ScriptedMonitor } from '../../test/support/scripted-monitor.ts';
import { QmpClient } from '../client.ts';
import { QmpListener } from '../listener.ts';
import { bind } from './bind.ts';
import { parseAddress } from '../address.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../test/support/tls/${name}`, import.meta.url), 'utf8');

const ca = read('ca.pem');
const server: TlsOptions = { ca, cert: read('server-cert.pem'), key: read('server-key.pem') };
const client: ConnectionOptions = { ca, cert: read('client-cert.pem'), key: read('client-key.pem') };
const mutual: TlsOptions = { ...server, requestCert: true, rejectUnauthorized: true };

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error,
  );

const portOf = (address: object): number => ('port' in address ? Number(address.port) : 0);

/** A TLS server that greets everybody. */
async function serve(tls: TlsOptions): Promise<number> {
  const bound = await bind(parseAddress({ port: 0, tls }));
  onTestFinished(() => bound.close());
  bound.onConnection((stream) => {
    const monitor = new ScriptedMonitor('whole', [stream, stream]);
    void monitor.open();
  });
  return portOf(bound.address);
}

test('a client over TLS', async () => {
  const port = await serve(server);
  const connected = await QmpClient.connect({ host: 'localhost', port, tls: { ca } });
  expect(connected.greeting).toEqual(JSON.parse(GREETING));
  expect(connected.fd).toBeNull();
  expect(connected.canPassFds).toBe(false);
  await connected.close();
});

test('a client with a certificate of its own', async () => {
  const port = await serve(mutual);
  const connected = await QmpClient.connect({ host: '127.0.0.1', port, tls: client });
  await connected.close();
});

test.each<[string, TlsOptions, ConnectionOptions | true]>([
  ['that nobody vouches for', server, true],
  ['for another name', server, { ca, servername: 'elsewhere.example' }],
])('a server %s is refused', async (_name, serverTls, tls) => {
  const port = await serve(serverTls);
  const error = await failure(QmpClient.connect({ host: 'localhost', port, tls }));
  expect(error).toMatchObject({ code: 'QMP_CONNECT', phase: 'dial' });
  expect((error as Error).message).toContain('TLS: ');
});

test('a client without the certificate that the server wants does not get through', async () => {
  const port = await serve(mutual);
  expect(await failure(QmpClient.connect({ host: 'localhost', port, tls: { ca } }))).toMatchObject({
    code: 'QMP_CONNECT',
  });
});

test('a deadline bounds the TLS handshake', async () => {
  const bound = await bind(parseAddress(':0')); // accepts, and never says a word
  onTestFinished(() => bound.close());
  const connecting = QmpClient.connect({ port: portOf(bound.address), tls: { ca } }, { timeout: 20 });
  expect(await failure(connecting)).toMatchObject({ phase: 'dial', cause: { code: 'QMP_TIMEOUT' } });
});

test('a listener over TLS; a stranger does not disturb it', async () => {
  const listener = await QmpListener.listen({ port: 0, tls: server });
  onTestFinished(() => listener.close());
  const port = portOf(listener.address);
  const accepting = listener.accept();
  const stranger = connectPlain(port, '127.0.0.1');
  stranger.on('error', () => {});
  stranger.write('hello, is this TLS?\r\n\r\n');
  await once(stranger, 'close');
  const socket = connectTls({ host: '127.0.0.1', port, ca });
  const monitor = new ScriptedMonitor('whole', [socket, socket]);
  await monitor.open();
  const accepted = await accepting;
  expect(accepted.greeting).toEqual(JSON.parse(GREETING));
  await accepted.close();
});

test('closing ends handshakes that are under way', async () => {
  const listener = await QmpListener.listen({ port: 0, tls: server });
  const silent = connectPlain(portOf(listener.address), '127.0.0.1');
  silent.on('error', () => {});
  await once(silent, 'connect');
  const closed = once(silent, 'close');
  // The server's side of the connection may come a moment after ours; accept makes sure that it is there.
  await failure(listener.accept({ timeout: 5 }));
  await listener.close();
  await closed;
});
