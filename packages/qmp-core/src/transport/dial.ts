import { connect as connectSocket, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { formatAddress, type QmpAddress } from '../address.ts';
import { QmpConnectError } from '../errors.ts';
import { openDescriptor } from './fd.ts';
import { checkPathLength, whatIsAt } from './unix-path.ts';

/**
 * Opens the byte stream to an address: no greeting is read and nothing is sent.
 *
 * @param address where to
 * @param options.signal gives up: rejects with the signal's reason, and no socket is left
 * @returns a connected stream (for TLS: with the handshake done)
 * @throws QmpConnectError (phase `dial`), with the system's error as `cause`, where nobody can be reached
 *
 * @example
 * const stream = await dial(parseAddress('/run/vm.sock'))
 */
export async function dial(
  address: QmpAddress,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Duplex> {
  options.signal?.throwIfAborted();
  if (address.kind === 'fd') return openDescriptor(address.fd);
  if (address.kind === 'unix') checkPathLength(address.path);
  let socket: Socket;
  try {
    socket = open(address);
  } catch (error) {
    throw new QmpConnectError(`Cannot connect to ${formatAddress(address)}: ${(error as Error).message}`, {
      phase: 'dial',
      cause: error,
    });
  }
  try {
    await connected(socket, isTls(address) ? 'secureConnect' : 'connect', options.signal);
  } catch (error) {
    socket.destroy();
    if (options.signal?.aborted === true) throw options.signal.reason;
    throw new QmpConnectError(
      `Cannot connect to ${formatAddress(address)}: ${await explain(address, error)}`,
      {
        phase: 'dial',
        cause: error,
      },
    );
  }
  return socket;
}

const isTls = (address: QmpAddress): boolean => address.kind === 'tcp' && address.tls !== undefined;

function open(address: QmpAddress & { kind: 'unix' | 'tcp' }): Socket {
  if (address.kind === 'unix') return connectSocket({ path: address.path });
  const { host, port, tls } = address;
  if (tls === undefined) return connectSocket({ host, port, noDelay: true });
  const given: ConnectionOptions = tls === true ? {} : (tls as ConnectionOptions);
  const socket = connectTls({ ...given, host, port });
  socket.setNoDelay(true);
  return socket;
}

/** Waits for the socket's event; on the way out takes every listener off again. */
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

/** Says in plain words what the system's error means here, and what to look at. */
async function explain(address: QmpAddress & { kind: 'unix' | 'tcp' }, error: unknown): Promise<string> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (address.kind === 'unix') {
    switch (code) {
      case 'ENOENT':
        return `there is no such file (ENOENT). Is QEMU running with -qmp unix:${address.path},server=on,wait=off, and did it get that far?`;
      case 'ECONNREFUSED':
        return (await whatIsAt(address.path)).kind === 'other'
          ? 'the file is not a socket (ECONNREFUSED)'
          : 'the socket file is there, but nobody listens on it (ECONNREFUSED): a stale file of a process that is gone, or one that has not started to listen yet';
      case 'EACCES':
        return 'permission denied (EACCES): writing to the socket file is not allowed';
      default:
        return message;
    }
  }
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused (ECONNREFUSED): nobody listens on that port';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name cannot be resolved (${code})`;
    default:
      return isTls(address) ? `TLS: ${message}` : message;
  }
}
