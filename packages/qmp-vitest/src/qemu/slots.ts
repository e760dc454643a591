import { createServer, connect, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { optionError } from 'qmp-core/internal';
import { orAborted } from './limits.ts';

/** Gives a slot back. */
export type ReleaseSlot = () => void;

/**
 * Waits for one of so many slots, which all processes of this user on this host share. A slot is a listening socket
 * in Linux's abstract namespace: the kernel gives it to one process at a time, takes it back when that ends in
 * whatever way, and leaves nothing in the file system. Who waits is connected to those who have one, and sees the end
 * of the connection: nobody polls.
 *
 * Elsewhere than on Linux there is no limit.
 *
 * @param max how many slots there are
 * @throws QmpOptionError where `max` is no number from 1
 * @throws the `reason` of `signal` when that aborts
 */
export async function acquireSlot(
  max: number,
  signal: AbortSignal,
  names: SlotNames = ownNames,
): Promise<ReleaseSlot> {
  if (!Number.isInteger(max) || max < 1) {
    throw optionError('maxMachines', 'a whole number from 1 (as QMP_MAX_MACHINES)', max);
  }
  if (process.platform !== 'linux') return () => {};
  const all = Array.from({ length: max }, (_, index) => names(index));
  for (;;) {
    signal.throwIfAborted();
    for (const name of all) {
      const release = await tryToTake(name);
      if (release !== undefined) return release;
    }
    await oneIsReleased(all, signal);
  }
}

/** The name of a slot by its number. */
export type SlotNames = (index: number) => string;

const ownNames: SlotNames = (index) => `\0qmp-vitest-${userInfo().uid}-slot-${index}`;

function tryToTake(name: string): Promise<ReleaseSlot | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<Socket>();
    const server: Server = createServer((socket) => {
      waiting.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => waiting.delete(socket));
      socket.unref();
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => {
      server.unref();
      resolve(() => {
        server.close();
        for (const socket of waiting) socket.destroy();
      });
    });
  });
}

/** Resolves when one of the slots is free, or was at some moment since the call. */
async function oneIsReleased(names: readonly string[], signal: AbortSignal): Promise<void> {
  const sockets: Socket[] = [];
  try {
    const released = names.map((name) => {
      const socket = connect(name);
      sockets.push(socket);
      socket.on('error', () => {});
      socket.resume();
      return new Promise<void>((resolve) => socket.once('close', () => resolve()));
    });
    await orAborted(Promise.race(released), signal);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}
