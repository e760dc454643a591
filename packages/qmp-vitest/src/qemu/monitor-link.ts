import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkPathLength } from 'qmp-core/transport';
import { orAborted } from './limits.ts';
import type { QemuTransport } from './options.ts';
import { quoteOption } from './quote.ts';

/** One way for the client and the monitor to meet, prepared before QEMU starts. */
export interface MonitorLink {
  /** What QEMU's chardev is told, after `socket,id=…,`. */
  readonly chardev: string;
  /** Whether QEMU inherits the other end as descriptor 3. */
  readonly inherits: boolean;
  /**
   * The client's end of the conversation, once QEMU is there.
   *
   * @param inherited our end of descriptor 3, where `inherits`
   * @throws the `reason` of `signal` when that aborts
   */
  meet(inherited: Socket | undefined, signal: AbortSignal): Promise<Socket>;
  /** Gives up what was prepared; what `meet` gave is the caller's. */
  close(): Promise<void>;
}

/**
 * Prepares a meeting place.
 *
 * @param directory a private directory for the socket, where one is needed
 * @throws QmpConnectError where the socket's path is too long for the platform; the system's error where the socket
 *   cannot be made
 */
export async function prepareLink(transport: QemuTransport, directory: string): Promise<MonitorLink> {
  if (transport === 'fd') return inheritedLink();
  const path = join(directory, 'qmp.sock');
  checkPathLength(path);
  return transport === 'accept' ? acceptingLink(path) : connectingLink(path);
}

function inheritedLink(): MonitorLink {
  return {
    chardev: 'fd=3',
    inherits: true,
    async meet(inherited) {
      if (inherited === undefined) throw new TypeError('There is no descriptor 3');
      return inherited;
    },
    async close() {},
  };
}

/** We listen before QEMU starts, and QEMU dials in: nothing can come too early. */
async function acceptingLink(path: string): Promise<MonitorLink> {
  const server = createServer();
  let caller: Socket | undefined;
  const called = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => {
      // One monitor dials, once. Closing removes the socket's file, too.
      server.close();
      if (caller === undefined) resolve((caller = socket));
      else socket.destroy();
    });
  });
  server.listen(path);
  await once(server, 'listening');
  let met = false;
  return {
    chardev: `path=${quoteOption(path)},server=off`,
    inherits: false,
    async meet(_inherited, signal) {
      const socket = await orAborted(called, signal);
      met = true;
      return socket;
    },
    async close() {
      if (server.listening) server.close();
      if (!met) caller?.destroy();
    },
  };
}

/** Longest pause between two attempts to dial, in ms. */
const LONGEST_PAUSE = 20;

/**
 * QEMU listens, and we dial until it does: there is no socket at first, and there is a moment between its `bind` and
 * its `listen` when it refuses.
 */
function connectingLink(path: string): MonitorLink {
  return {
    chardev: `path=${quoteOption(path)},server=on,wait=off`,
    inherits: false,
    async meet(_inherited, signal) {
      for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
        signal.throwIfAborted();
        const socket = await tryToDial(path);
        if (socket !== undefined) return socket;
        await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },
    async close() {},
  };
}

async function tryToDial(path: string): Promise<Socket | undefined> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined;
    throw error;
  }
}
