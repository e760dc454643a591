import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';

const CHANNEL = 'net.client.socket';

/** Resolves when the next socket that this process opens is connected, and the one who opened it knows. */
export async function dialled(): Promise<void> {
  const socket = await new Promise<Socket>((resolve) => {
    const take = (message: unknown): void => {
      unsubscribe(CHANNEL, take);
      resolve((message as { socket: Socket }).socket);
    };
    subscribe(CHANNEL, take);
  });
  await once(socket, 'connect');
  await new Promise((resolve) => setImmediate(resolve));
}
