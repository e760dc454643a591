import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { memoryPair } from '../../test/support/memory-pair.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { QmpDisconnectedError, QmpStateError } from '../errors.ts';
import { parseAddress } from '../address.ts';
import { dial } from './dial.ts';
import { canPassFds, passFd } from './pass-fd.ts';

async function connected(options: { path: string } | { port: number }): Promise<Duplex> {
  const server = createServer((socket) => socket.resume().on('error', () => {}));
  server.listen({ ...options, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  const input = address === null || typeof address === 'string' ? (address ?? '') : { port: address.port };
  const stream = await dial(parseAddress(input));
  onTestFinished(() => {
    stream.destroy();
    server.close();
  });
  return stream;
}

test.each([-1, 1.5, Number.NaN, '1' as never])('%s is no descriptor', async (fd) => {
  const stream = await connected({ path: `${temporaryDirectory()}/s` });
  await expect(passFd(stream, fd)).rejects.toThrow(QmpStateError);
});

test('only a UNIX socket passes descriptors', async () => {
  const stream = await connected({ port: 0 });
  expect(canPassFds(stream)).toBe(false);
  await expect(passFd(stream, 0)).rejects.toThrow(/over a UNIX socket only/);
  const [memory] = memoryPair();
  expect(canPassFds(memory)).toBe(false);
  await expect(passFd(memory, 0)).rejects.toThrow(QmpStateError);
});

test('a connection that has ended passes none', async () => {
  const [memory] = memoryPair();
  memory.destroy();
  await expect(passFd(memory, 0)).rejects.toThrow(QmpDisconnectedError);
});
