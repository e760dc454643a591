import { readFile, unlink } from 'node:fs/promises';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import { formatAddress, type QmpAddress } from '../address.ts';
import { QmpConnectError } from '../errors.ts';
import { checkPathLength, whatIsAt } from './unix-path.ts';

/** The address that a server was bound to. The port is the real one even if 0 was asked for. */
export type BoundAddress = { path: string } | { host: string; port: number };

/** A socket that listens. */
export interface BoundServer {
  /** The bound address. */
  readonly address: BoundAddress;
  /**
   * Sets the function that takes the connections. Connections that are already waiting are handed over at
   * once, oldest first.
   */
  onConnection(take: (stream: Duplex) => void): void;
  /**
   * Stops listening and removes the socket file that it made. Connections that were handed over stay open.
   */
  close(): Promise<void>;
}

/**
 * Binds an address and listens there.
 *
 * A socket file that a dead listener left is replaced. A socket with a live listener is an error. So is
 * anything that isn't a socket: it is never removed. The default host of a TCP address is 127.0.0.1.
 *
 * @throws QmpConnectError (phase `dial`), with the system's error as `cause`, if that isn't possible.
 *
 * @example
 * const server = await bind(parseAddress('127.0.0.1:0'))
 * console.log(server.address) // { host: '127.0.0.1', port: 43671 }
 */
export async function bind(address: QmpAddress): Promise<BoundServer> {
  if (address.kind === 'unix') checkPathLength(address.path);
  const server = createListener(address);
  try {
    await listenOrReplace(server, address);
  } catch (error) {
    if (error instanceof QmpConnectError) throw error;
    throw new QmpConnectError(`Cannot listen on ${formatAddress(address)}: ${(error as Error).message}`, {
      phase: 'dial',
      cause: error,
    });
  }
  return new Bound(server, address);
}

function createListener(address: QmpAddress): Server {
  if (address.kind !== 'tcp' || address.tls === undefined) return createServer({ noDelay: true });
  return process
    .getBuiltinModule('node:tls')
    .createServer(address.tls === true ? {} : (address.tls as TlsOptions));
}

async function listenOrReplace(server: Server, address: QmpAddress): Promise<void> {
  try {
    await listen(server, address);
  } catch (error) {
    if (address.kind !== 'unix' || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await removeStaleSocket(address.path, error);
    await listen(server, address);
  }
}

function listen(server: Server, address: QmpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening);
      reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve();
    };
    server.once('error', onError).once('listening', onListening);
    if (address.kind === 'unix') server.listen({ path: address.path });
    else if (address.kind === 'tcp') server.listen({ host: address.host, port: address.port });
    else server.listen({ fd: address.fd });
  });
}

/** Removes the socket file of a listener that is gone; refuses everything else. */
async function removeStaleSocket(path: string, cause: unknown): Promise<void> {
  const refuse = (why: string): QmpConnectError =>
    new QmpConnectError(`Cannot listen on unix:${path}: ${why}`, { phase: 'dial', cause });
  const before = await whatIsAt(path);
  if (before.kind === 'other') throw refuse('there is a file of that name, and it is not a socket');
  if (before.kind === 'nothing') return;
  if ((await isListed(path)) || (await answers(path))) throw refuse('another process listens there');
  // Only the file that was looked at is removed: a listener that has come in between keeps its own.
  const now = await whatIsAt(path);
  if (now.kind !== 'socket' || now.inode !== before.inode) throw refuse('another process uses that path');
  await unlink(path);
}

/**
 * Whether Linux lists a listener on that path. This is asked first because it disturbs nobody: connecting
 * would hand the other listener a silent peer.
 */
async function isListed(path: string): Promise<boolean> {
  const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  // Num RefCount Protocol Flags Type St Inode Path; the flag 0x10000 is the kernel's __SO_ACCEPTCON.
  return table.split('\n').some((line) => {
    const [, , , flags, , , , listed] = line.trim().split(/\s+/, 8);
    return listed === path && flags === '00010000';
  });
}

/** Whether a listener answers on a socket file. If that can't be told, it counts as alive. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    const finish = (alive: boolean) => (): void => {
      probe.destroy();
      resolve(alive);
    };
    probe.once('connect', finish(true));
    probe.once('error', (error: NodeJS.ErrnoException) => finish(error.code !== 'ECONNREFUSED')());
  });
}

class Bound implements BoundServer {
  readonly address: BoundAddress;
  readonly #server: Server;
  /** Connections that nobody has taken yet. */
  readonly #waiting = new Set<Socket>();
  /** Connections in the TLS handshake, by the peer's address: nobody but this server knows them yet. */
  readonly #handshakes = new Map<string, Socket>();
  #take: ((stream: Duplex) => void) | undefined;

  constructor(server: Server, address: QmpAddress) {
    this.#server = server;
    this.address = boundAddress(server, address);
    if (address.kind === 'tcp' && address.tls !== undefined) {
      server.on('connection', (raw: Socket) => {
        const peer = peerOf(raw);
        this.#handshakes.set(peer, raw);
        raw.once('close', () => this.#handshakes.delete(peer));
      });
      server.on('secureConnection', (socket: Socket) => {
        this.#handshakes.delete(peerOf(socket));
        this.#arrive(socket);
      });
    } else server.on('connection', (socket: Socket) => this.#arrive(socket));
    // A peer that fails in the TLS handshake, or an `accept` that runs out of descriptors: the others go on.
    server.on('tlsClientError', ignore).on('error', ignore);
  }

  onConnection(take: (stream: Duplex) => void): void {
    this.#take = take;
    for (const socket of this.#waiting) take(socket);
    this.#waiting.clear();
  }

  #arrive(socket: Socket): void {
    if (this.#take !== undefined) return this.#take(socket);
    this.#waiting.add(socket);
    socket.on('error', ignore).once('close', () => this.#waiting.delete(socket));
  }

  close(): Promise<void> {
    for (const socket of [...this.#waiting, ...this.#handshakes.values()]) socket.destroy();
    // The listening socket is gone at once; a callback would wait for the connections that were handed over.
    this.#server.close();
    return Promise.resolve();
  }
}

const peerOf = (socket: Socket): string => `${socket.remoteAddress}:${socket.remotePort}`;

function boundAddress(server: Server, address: QmpAddress): BoundAddress {
  const bound: string | AddressInfo | null = server.address();
  if (typeof bound === 'string') return { path: bound };
  if (bound !== null && bound.address !== undefined) return { host: bound.address, port: bound.port };
  return address.kind === 'unix' ? { path: address.path } : { host: '', port: 0 };
}

const ignore = (): void => {};
