import { Socket } from 'node:net';
import { QmpConnectError } from '../errors.ts';

/**
 * Makes a stream of a socket that this process inherited, such as one end of a socket pair.
 *
 * @throws QmpConnectError (phase `dial`) where the descriptor is not open, or not a socket or pipe
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

/** The descriptor number behind a stream, or `null` where it has none (TLS, memory) or is closed. */
export function descriptorOf(stream: unknown): number | null {
  if (!(stream instanceof Socket) || 'encrypted' in stream) return null;
  // Node has no public name for it; every libuv stream handle has had this getter since 0.12.
  const handle: unknown = (stream as { _handle?: unknown })._handle;
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return null;
  return typeof handle.fd === 'number' && handle.fd >= 0 ? handle.fd : null;
}
