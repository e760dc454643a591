import type { SocketPlace } from '../command-line/socket-address.ts';
import { StartError } from '../command-line/start-error.ts';
import { strerror } from '../strerror.ts';

/**
 * QEMU's words for an address where it can't listen; an error that isn't the system's is given back as it is.
 */
export function listenError(place: SocketPlace, error: unknown): Error {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (!isSystemError(error)) return error as Error;
  if (place.kind === 'fd') {
    if (code === 'ENOTSOCK' || code === 'EBADF') return notASocket(place.fd);
    return new StartError(`Failed to listen on socket: ${strerror(error)}`);
  }
  if (place.kind === 'unix') {
    if (syscall === 'unlink') {
      return new StartError(`Failed to unlink socket ${place.path}: ${strerror(error)}`);
    }
    return new StartError(`Failed to bind socket to ${place.path}: ${strerror(error)}`);
  }
  if (isResolution(error)) return new StartError(resolutionText(place, error));
  return new StartError(`Failed to find an available port: ${strerror(error)}`);
}

/** QEMU's words for somebody it can't connect to; an error that isn't the system's is given back as it is. */
export function dialError(place: SocketPlace, error: unknown): Error {
  if (!isSystemError(error)) return error as Error;
  if (place.kind === 'fd') return notASocket(place.fd);
  if (place.kind === 'unix') {
    return new StartError(`Failed to connect to '${place.path}': ${strerror(error)}`);
  }
  if (isResolution(error)) return new StartError(resolutionText(place, error));
  return new StartError(`Failed to connect to '${place.host}:${place.port}': ${strerror(error)}`);
}

function notASocket(fd: number): StartError {
  return new StartError(`File descriptor '${fd}' is not a socket`);
}

function isSystemError(error: unknown): boolean {
  return /^E[A-Z]/.test((error as NodeJS.ErrnoException).code ?? '') && !(error instanceof StartError);
}

function isResolution(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code.startsWith('EAI_') || code === 'ENOTFOUND';
}

function resolutionText(place: SocketPlace & { kind: 'inet' }, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'EAI_SERVICE' || code === 'EAI_ADDRFAMILY' ? message : 'Name or service not known';
  return `address resolution failed for ${place.host}:${place.port}: ${why}`;
}
