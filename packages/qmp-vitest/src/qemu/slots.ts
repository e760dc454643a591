import { createServer, connect, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { optionError } from 'qmp-core/internal';
import { orAborted } from './limits.ts';

/** Gives a slot back. */
export type ReleaseSlot = () => void;

/**
 * Waits for one of `max` slots that all processes of this user on this host share. A slot is a listening
 * socket in Linux's abstract namespace. The kernel gives it to one process at a time, takes it back when the
 * process ends for whatever reason, and leaves nothing in the file system. A waiting process connects to the
 * holders and sees when a connection ends, so it doesn't poll.
 *
 * Other systems than Linux don't have a limit.
 *
 * @param max - Number of slots.
 * @throws QmpOptionError if `max` isn't a number from 1.
 * @throws the `reason` of `signal` if that aborts.
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

/** Resolves when one of the slots is free, or has been free since the call. */
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
