import { Socket } from 'node:net';
import { QmpConnectError } from '../errors.ts';

/**
 * Makes a stream of a socket that this process inherited, such as one end of a socket pair.
 *
 * @throws QmpConnectError (phase `dial`) if the descriptor isn't open, or isn't a socket or pipe.
 *
 * @example
 * const stream = openDescriptor(3) // `child_process.spawn` gave this process a socket there
 */
export function openDescriptor(fd: number): Socket {
  try {
    return new Socket({ fd, readable: true, writable: true });
  } catch (error) {
    throw new QmpConnectError(`Cannot use descriptor ${fd} as a socket: ${(error as Error).message}`, {
      phase: 'dial',
      cause: error,
    });
  }
}

/**
 * Returns the descriptor number behind a stream. It's `null` for TLS, a stream in memory, or a closed one.
 *
 * @example
 * descriptorOf(socket) // 21
 */
export function descriptorOf(stream: unknown): number | null {
  if (!(stream instanceof Socket) || 'encrypted' in stream) return null;
  // Node has no public name for it; every libuv stream handle has had this getter since 0.12.
  const handle: unknown = (stream as { _handle?: unknown })._handle;
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return null;
  return typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : null;
}
