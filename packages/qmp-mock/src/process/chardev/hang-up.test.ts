import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { dropOnHangUp } from './hang-up.ts';
import { skipTelnet } from './telnet.ts';

// Between two processes it is a race whether the last bytes and the end come together; here it is not.
const fakeSocket = (): Duplex => new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('loses what comes together with the end', async () => {
  const socket = fakeSocket();
  const stream = dropOnHangUp(socket as unknown as Socket);
  const seen: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => seen.push(chunk));
  const closed = new Promise((resolve) => stream.once('close', resolve));
  socket.push('{"execute":"stop"}');
  socket.push(null);
  await closed;
  expect(seen).toEqual([]);
});

it('keeps what came before the end', async () => {
  const socket = fakeSocket();
  const stream = dropOnHangUp(socket as unknown as Socket);
  const all = buffer(stream);
  socket.push('{"execute":"stop"}');
  await turn();
  await turn();
  socket.push(null);
  expect(String(await all)).toBe('{"execute":"stop"}');
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
