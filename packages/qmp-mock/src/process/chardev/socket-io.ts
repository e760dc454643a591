import { fstatSync, lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, isIP, type Server, type Socket } from 'node:net';
import { dirname, resolve as resolvePath } from 'node:path';
import type { SocketPlace } from '../command-line/socket-address.ts';
import { StartError } from '../command-line/start-error.ts';
import { strerror } from './strerror.ts';

/** Longest path of a UNIX socket, in bytes. */
const PATH_LIMIT = 108;

/**
 * Whatever has that name makes room, as QEMU has it (`unix_listen_saddr`): a socket, a file, a link. Only a directory does not.
 *
 * @param cwd - Where a relative path begins. Default: the working directory.
 * @throws StartError with QEMU's text.
 */
export function prepareUnixPath(path: string, cwd: string = '.'): void {
  if (Buffer.byteLength(path) > PATH_LIMIT) {
    throw new StartError(`UNIX socket path '${path}' is too long`, {
      hint: ['Path must be less than 108 bytes'],
    });
  }
  try {
    unlinkSync(resolvePath(cwd, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new StartError(`Failed to unlink socket ${path}: ${strerror(error)}`);
  }
}

/** Removes a socket file; nothing else of that name. */
export function removeFile(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch {
    // It was not there.
  }
}

/** Throws where a descriptor is not open, or not a socket. */
export function assertSocket(fd: number): void {
  try {
    if (fstatSync(fd).isSocket()) return;
  } catch {
    // It is not even open.
  }
  throw new StartError(`File descriptor '${fd}' is not a socket`);
}

/** Listens; rejects with the system's error. */
export function listen(server: Server, place: SocketPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    if (place.kind === 'inet') assertFamily(place);
    if (place.kind === 'unix') server.listen({ path: place.path });
    else if (place.kind === 'fd') server.listen({ fd: place.fd });
    else server.listen({ host: place.host === '' ? '0.0.0.0' : place.host, port: portOf(place, reject) });
  });
}

/** Connects; rejects with the system's error. */
export function dial(place: SocketPlace & { kind: 'unix' | 'inet' }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (place.kind === 'inet') assertFamily(place);
    const socket =
      place.kind === 'unix'
        ? connect({ path: place.path })
        : connect({ host: place.host === '' ? 'localhost' : place.host, port: portOf(place, reject) });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** Refuses a literal address of the family that `ipv4` or `ipv6` rule out, as the C library's resolver does. */
function assertFamily({ host, family }: SocketPlace & { kind: 'inet' }): void {
  if (family === undefined || isIP(host) === 0 || isIP(host) === family) return;
  throw Object.assign(new Error('Address family for hostname not supported'), { code: 'EAI_ADDRFAMILY' });
}

/** The port as a number; one that is none fails as the C library's resolver does. */
function portOf(place: SocketPlace & { kind: 'inet' }, reject: (error: Error) => void): number {
  const port = Number(place.port);
  if (Number.isInteger(port) && port >= 0) return port % 65_536;
  reject(Object.assign(new Error('Servname not supported for ai_socktype'), { code: 'EAI_SERVICE' }));
  return 0;
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

/** QEMU's text for a place where it cannot listen. */
export function bindError(place: SocketPlace, error: unknown): string {
  if (place.kind === 'unix') {
    return `Failed to bind socket to ${place.path}: ${strerror(missingFolder(place.path) ?? error)}`;
  }
  if (place.kind === 'fd') return `Failed to listen on socket: ${strerror(error)}`;
  if (isResolution(error)) return resolutionText(place, error);
  return `Failed to find an available port: ${strerror(error)}`;
}

/** libuv says EACCES where the folder does not exist; this is the error that the system gave. */
function missingFolder(path: string): unknown {
  try {
    statSync(dirname(path));
    return undefined;
  } catch (error) {
    return error;
  }
}

export function dialError(place: SocketPlace & { kind: 'unix' | 'inet' }, error: unknown): string {
  if (place.kind === 'unix') return `Failed to connect to '${place.path}': ${strerror(error)}`;
  if (isResolution(error)) return resolutionText(place, error);
  return `Failed to connect to '${place.host}:${place.port}': ${strerror(error)}`;
}
