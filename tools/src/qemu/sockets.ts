/** Ways to a program's monitor: connecting to its socket, or being dialled by it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { QemuProcess } from './process.ts';

/** How long a program may take to be reached, in ms. */
const REACH = 20_000;

/**
 * Connects to a UNIX socket as soon as the program listens there. It is tried again and again, as nothing
 * tells when it does: the socket's file is there before (`bind`, then `listen`), and a client that left a
 * moment ago is in the way.
 *
 * @throws Error if the program ends first, or takes too long.
 */
export async function reach(path: string, program: QemuProcess, timeout = REACH): Promise<Socket> {
  for (const until = performance.now() + timeout; ; await delay(2)) {
    const socket = connect(path);
    const connected = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (connected === true) return socket;
    if (program.exit !== undefined) throw new Error(program.describeEnd());
    if (performance.now() > until) throw new Error(`${program.program.name} does not listen on ${path}`);
  }
}

/**
 * Settles when a program has made its socket. Looks a hundred times a second, so that it gets the processor.
 */
export async function listening(path: string, program: QemuProcess, timeout = REACH): Promise<void> {
  for (const until = performance.now() + timeout; !existsSync(path); await delay(10)) {
    if (program.exit !== undefined) throw new Error(program.describeEnd());
    if (performance.now() > until) throw new Error(`${program.program.name} does not listen on ${path}`);
  }
}

/** A UNIX socket on which programs are awaited. */
export interface Listener extends AsyncDisposable {
  /** The next connection. Fails if the program that is to dial ends first, or takes too long. */
  accept(program: QemuProcess, timeout?: number): Promise<Socket>;
}

/** Listens on a UNIX socket. */
export async function listenOn(path: string): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true });
  const waiting: Socket[] = [];
  server.on('connection', (socket) => {
    waiting.push(socket);
    server.emit('accepted');
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    async accept(program, timeout = REACH) {
      const over = new AbortController();
      void program.exited.then(() => over.abort());
      const late = AbortSignal.any([over.signal, AbortSignal.timeout(timeout)]);
      while (waiting.length === 0) {
        await once(server, 'accepted', { signal: late }).catch(() => {
          throw new Error(
            program.exit === undefined ? `${program.program.name} does not dial` : program.describeEnd(),
          );
        });
      }
      return waiting.shift()!;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      server.close();
      server.unref();
    },
  };
}
