import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { dropOnHangUp } from './hang-up.ts';

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
