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
  /** Options of QEMU's chardev after `socket,id=…,`. */
  readonly chardev: string;
  /** Whether QEMU inherits the other end as descriptor 3. */
  readonly inherits: boolean;
  /**
   * Gives the client's end of the conversation, once QEMU is there.
   *
   * @param inherited - Our end of descriptor 3, if `inherits` is set.
   * @throws the `reason` of `signal` if that aborts.
   */
  meet(inherited: Socket | undefined, signal: AbortSignal): Promise<Socket>;
  /** Releases what was prepared. The socket from `meet` belongs to the caller. */
  close(): Promise<void>;
}

/**
 * Prepares a meeting place.
 *
 * @param directory - A private directory for the socket, if the transport needs one.
 * @throws QmpConnectError if the socket's path is too long for the platform, or the system's error if the
 *   socket can't be made.
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

/** A link that listens before QEMU starts. QEMU dials in, so it can't come too early. */
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
 * A link that dials until QEMU listens. At first there is no socket, and between its `bind` and its `listen`
 * QEMU refuses for a moment.
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
