import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../../../../tools/src/lib/temporary.ts';
import { dropOnHangUp } from './hang-up.ts';
import { skipTelnet } from './telnet.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Bytes that a QEMU sees of a client on a UNIX socket that does this, and whether it sees their end. */
async function seenOf(act: (client: Socket) => void): Promise<{ seen: string; isEnded: boolean }> {
  const path = join(temporaryDirectory(), 'socket');
  const server = createServer({ allowHalfOpen: true }).listen(path);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(path);
  await once(client, 'connect');
  act(client);
  const [socket] = await connected;
  const stream = dropOnHangUp(socket);
  let [seen, isEnded] = ['', false];
  stream.on('data', (chunk: Buffer) => (seen += String(chunk)));
  stream.once('end', () => {
    isEnded = true;
    stream.destroy();
  });
  await once(stream, 'close');
  client.destroy();
  return { seen, isEnded };
}

// All of this happens before the server looks at its client for the first time.
it('loses what comes together with a hang-up', async () => {
  expect(await seenOf((client) => client.write('stop', () => client.destroy()))).toEqual({
    seen: '',
    isEnded: false,
  });
});

it('keeps what comes together with the end of what a client sends', async () => {
  expect(await seenOf((client) => client.end('stop'))).toEqual({ seen: 'stop', isEnded: true });
});

it.for([
  ['a hang-up is noticed', dropOnHangUp],
  ['telnet is spoken', skipTelnet],
] as const)(
  'hands on at once what is written where %s, so that an end of the process does not lose it',
  ([, wrap]) => {
    // A socket whose writes are still on their way.
    const socket = new Duplex({ read: () => {}, write: () => {} });
    const stream = wrap(socket as unknown as Socket);
    stream.write('one');
    stream.write('two');
    expect(socket.writableLength).toBe('onetwo'.length);
    expect(stream.writableLength).toBe(0);
  },
);

it('waits with what is written while the client does not read', async () => {
  let drain: (() => void) | undefined;
  const socket = new Duplex({
    read: () => {},
    writableHighWaterMark: 1,
    write: (_chunk, _encoding, done) => (drain = done),
  });
  const stream = dropOnHangUp(socket as unknown as Socket);
  stream.write('one');
  stream.write('two');
  expect(stream.writableLength).toBe('onetwo'.length);
  drain?.();
  await turn();
  expect(socket.writableLength).toBe('two'.length);
});
