import { connect as connectSocket, type Socket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { formatAddress, type QmpAddress } from '../address.ts';
import { QmpConnectError } from '../errors.ts';
import { openDescriptor } from './fd.ts';
import { checkPathLength, whatIsAt } from './unix-path.ts';

/** Pause in ms before the second attempt at a full queue. Each further pause is twice as long. */
const FIRST_PAUSE = 5;

/** The longest of these pauses, in ms. */
const LONGEST_PAUSE = 50;

/** Options of {@link dial}. */
export interface DialOptions {
  /** Gives up: rejects with the signal's reason, and doesn't leave a socket behind. */
  signal?: AbortSignal | undefined;
  /** Called with the system's error after each attempt that met a full queue. Another attempt follows. */
  onBusy?: ((error: Error) => void) | undefined;
}

/**
 * Opens the byte stream to an address. It neither reads a greeting nor sends anything.
 *
 * If the queue of a UNIX socket is full (`EAGAIN`), it tries again until there is room or the signal aborts,
 * as a blocking `connect` does. QEMU listens with a backlog of one, so this happens from the third waiting
 * client on. The system doesn't tell when there is room, hence the pauses.
 *
 * @param address - The address, as {@link parseAddress} gives it.
 * @returns A connected stream. For TLS the handshake is done.
 * @throws QmpConnectError (phase `dial`), with the system's error as `cause`, if nothing can be reached
 *   there.
 *
 * @example
 * const stream = await dial(parseAddress('/run/vm.sock'))
 */
export async function dial(address: QmpAddress, options: DialOptions = {}): Promise<Duplex> {
  const { signal, onBusy } = options;
  signal?.throwIfAborted();
  if (address.kind === 'fd') return openDescriptor(address.fd);
  if (address.kind === 'unix') checkPathLength(address.path);
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await dialOnce(address, signal);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (!isBusy(address, error)) throw await connectError(address, error);
      onBusy?.(error as Error);
      await pauseFor(pause, signal);
    }
  }
}

async function dialOnce(
  address: QmpAddress & { kind: 'unix' | 'tcp' },
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const socket = open(address);
  try {
    await connected(socket, isTls(address) ? 'secureConnect' : 'connect', signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Whether the queue of a UNIX socket was full. For TCP the system waits by itself. */
const isBusy = (address: QmpAddress, error: unknown): boolean =>
  address.kind === 'unix' && (error as NodeJS.ErrnoException).code === 'EAGAIN';

/** Resolves after so many ms, or rejects with the signal's reason. */
function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

async function connectError(
  address: QmpAddress & { kind: 'unix' | 'tcp' },
  cause: unknown,
): Promise<QmpConnectError> {
  return new QmpConnectError(
    `Cannot connect to ${formatAddress(address)}: ${await explain(address, cause)}`,
    {
      phase: 'dial',
      cause,
    },
  );
}

const isTls = (address: QmpAddress): boolean => address.kind === 'tcp' && address.tls !== undefined;

function open(address: QmpAddress & { kind: 'unix' | 'tcp' }): Socket {
  if (address.kind === 'unix') return connectSocket({ path: address.path });
  const { host, port, tls } = address;
  if (tls === undefined) return connectSocket({ host, port, noDelay: true });
  const given: ConnectionOptions = tls === true ? {} : (tls as ConnectionOptions);
  // Few connections are encrypted, and the module takes longer to load than all of this package.
  const socket = process.getBuiltinModule('node:tls').connect({ ...given, host, port });
  socket.setNoDelay(true);
  return socket;
}

/** Waits for the socket's event, and removes every listener again. */
function connected(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      socket.off(event, onConnect).off('error', onError).off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
      // An error that still comes while the socket is torn down concerns nobody.
      socket.on('error', ignore);
      settle();
    };
    const onConnect = (): void =>
      finish(() => {
        socket.off('error', ignore);
        resolve();
      });
    const onError = (error: Error): void => finish(() => reject(error));
    const onClose = (): void => finish(() => reject(new Error('the peer closed the connection')));
    const onAbort = (): void => finish(() => reject(signal?.reason as Error));
    socket.on(event, onConnect).on('error', onError).on('close', onClose);
    signal?.addEventListener('abort', onAbort);
  });
}

const ignore = (): void => {};

/** Explains the system's error in plain words, and says what to look at. */
async function explain(address: QmpAddress & { kind: 'unix' | 'tcp' }, error: unknown): Promise<string> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (address.kind === 'unix') {
    switch (code) {
      case 'ENOENT':
        return `there is no such file (ENOENT). Is QEMU running with -qmp unix:${address.path},server=on,wait=off, and did it get that far?`;
      case 'ECONNREFUSED':
        return (await whatIsAt(address.path)).kind === 'other'
          ? 'the file is not a socket (ECONNREFUSED)'
          : 'the socket file is there, but no process listens on it (ECONNREFUSED): a stale file of a process that is gone, or one that has not started to listen yet';
      case 'EACCES':
        return 'permission denied (EACCES): writing to the socket file is not allowed';
      default:
        return message;
    }
  }
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused (ECONNREFUSED): no process listens on that port';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name cannot be resolved (${code})`;
    default:
      return isTls(address) ? `TLS: ${message}` : message;
  }
}
