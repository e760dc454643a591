import { fstatSync, lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, isIP, Socket, type Server } from 'node:net';
import { dirname } from 'node:path';
import type { SocketPlace } from '../command-line/socket-address.ts';
import type { ClientStream, Listener, SocketRequest } from '../host.ts';

type InetPlace = SocketPlace & { kind: 'inet' };

/**
 * Listens in this process as QEMU does in its own; see `SocketHost`.
 *
 * @example
 * const listener = await listenAt(
 *   { id: 'qmp', place: { kind: 'unix', path: '/run/vm.sock' } },
 *   (stream) => serve(stream),
 * )
 */
export async function listenAt(
  { place }: SocketRequest,
  onClient: (stream: ClientStream) => void,
): Promise<Listener> {
  if (place.kind === 'unix') unlink(place.path);
  if (place.kind === 'fd') assertSocket(place.fd);
  const server = createServer({ noDelay: true }, onClient);
  await listen(server, place);
  server.on('error', () => {});
  return listenerOf(server, place);
}

/**
 * Dials; see `SocketHost`.
 *
 * @example
 * const stream = await dialTo({ id: 'qmp', place: { kind: 'unix', path: '/run/vm.sock' } })
 */
export function dialTo({ place }: SocketRequest): Promise<ClientStream> {
  return new Promise((resolve, reject) => {
    const socket = connect(targetOf(place));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/**
 * Gives the stream of an inherited descriptor; see `SocketHost`.
 *
 * @example
 * const stream = await inheritSocket({ fd: 3 })
 */
export async function inheritSocket({ fd }: { readonly fd: number }): Promise<ClientStream> {
  assertSocket(fd);
  return new Socket({ fd, readable: true, writable: true });
}

function listenerOf(server: Server, place: SocketPlace): Listener {
  const address = server.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    close() {
      server.close();
      if (place.kind === 'unix') removeSocket(place.path);
    },
  };
}

/**
 * Unlinks a socket, file or link with that name, as QEMU does (`unix_listen_saddr`). Only a directory stays.
 */
function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Removes a socket's file, but nothing else with that name. */
function removeSocket(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch {
    // It was not there.
  }
}

/** Throws `ENOTSOCK` unless a descriptor is an open socket. */
function assertSocket(fd: number): void {
  try {
    if (fstatSync(fd).isSocket()) return;
  } catch {
    // It is not even open.
  }
  throw Object.assign(new Error(`descriptor ${fd} is not a socket`), { code: 'ENOTSOCK' });
}

function listen(server: Server, place: SocketPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(missingFolder(place) ?? error));
    server.once('listening', () => {
      server.removeAllListeners('error');
      resolve();
    });
    if (place.kind === 'unix') server.listen({ path: place.path });
    else if (place.kind === 'fd') server.listen({ fd: place.fd });
    else {
      assertFamily(place);
      // Without that, `::` would be every address of the other family, too.
      const ipv6Only = place.family === 6;
      server.listen({ host: place.host === '' ? '0.0.0.0' : place.host, port: portOf(place), ipv6Only });
    }
  });
}

function targetOf(place: SocketPlace): { path: string } | { host: string; port: number } {
  if (place.kind === 'unix') return { path: place.path };
  if (place.kind === 'fd') throw new TypeError('A descriptor is inherited, not dialled');
  assertFamily(place);
  return { host: place.host === '' ? 'localhost' : place.host, port: portOf(place) };
}

/** Makes the system's error for a socket whose folder doesn't exist. libuv reports EACCES instead. */
function missingFolder(place: SocketPlace): unknown {
  if (place.kind !== 'unix') return undefined;
  try {
    statSync(dirname(place.path));
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * Refuses a literal address of the family that `ipv4` or `ipv6` rule out, as the C library's resolver does.
 */
function assertFamily({ host, family }: InetPlace): void {
  if (family === undefined || isIP(host) === 0 || isIP(host) === family) return;
  throw Object.assign(new Error('Address family for hostname not supported'), { code: 'EAI_ADDRFAMILY' });
}

/** Gives the port as a number. Anything else fails as the C library's resolver does. */
function portOf({ port }: InetPlace): number {
  const number = Number(port);
  if (Number.isInteger(number) && number >= 0) return number % 65_536;
  throw Object.assign(new Error('Servname not supported for ai_socktype'), { code: 'EAI_SERVICE' });
}
