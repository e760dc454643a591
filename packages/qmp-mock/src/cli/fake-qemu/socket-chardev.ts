import { fstatSync, lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers';
import type { MachineRules } from '../../machine/machine-rules.ts';
import { Chardev } from './chardev.ts';
import type { ChardevSpec, SocketPlace } from './socket-address.ts';
import { StartError } from './start-error.ts';
import { strerror } from './strerror.ts';
import { skipTelnet, TELNET_GREETING } from './telnet.ts';

type SocketSpec = ChardevSpec & { kind: 'socket' };

/** Longest path of a UNIX socket, in bytes. */
const PATH_LIMIT = 107;
/** How long a client may take to see the end of what was sent, in ms. */
const CLOSE_GRACE = 100;

/**
 * A socket, one client at a time. As a server it lets others wait without a greeting; as a client it dials once, or
 * again and again with `reconnect`.
 */
export class SocketChardev extends Chardev {
  readonly kind = 'socket';
  readonly #spec: SocketSpec;
  readonly #rules: MachineRules;
  #server: Server | undefined;
  #current: Socket | undefined;
  readonly #waiting: Socket[] = [];
  #serving = false;
  #closed = false;
  #onClient: (() => void) | undefined;

  constructor(label: string, spec: SocketSpec, rules: MachineRules) {
    super(label);
    this.#spec = spec;
    this.#rules = rules;
  }

  /** Listens or dials. Throws a `StartError` with QEMU's text where that fails. */
  async open(): Promise<void> {
    if (this.#spec.server) await this.#listen();
    else await this.#dialFirst();
  }

  /** Resolves when a client has come, for `wait=on`. */
  async waitForClient(): Promise<void> {
    if (this.#current !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#onClient = resolve;
    });
  }

  get filename(): string {
    const { server, telnet } = this.#spec;
    const suffix = server ? ',server=on' : '';
    const socket = this.#current;
    const place = this.#describe(socket, telnet ? 'telnet' : 'tcp');
    if (socket === undefined) return `disconnected:${place}${suffix}`;
    if (this.#spec.place.kind !== 'inet') return `${place}${suffix}`;
    return `${place}${suffix} <-> ${socket.remoteAddress}:${socket.remotePort}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { place } = this.#spec;
    if (this.#server !== undefined) {
      this.#server.close();
      if (place.kind === 'unix') removeFile(place.path);
    }
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    const socket = this.#current;
    if (socket === undefined || socket.destroyed) return;
    // What was written has gone to the kernel already, unless the client does not read.
    if (socket.writableLength > 0) await sent(socket);
    socket.destroy();
  }

  protected onAttach(): void {
    this.#serve();
  }

  override detach(): void {
    super.detach();
    this.#current?.destroy();
  }

  #describe(socket: Socket | undefined, protocol: string): string {
    const { place, server } = this.#spec;
    if (place.kind === 'fd') return 'unix:';
    if (place.kind === 'unix') {
      if (socket === undefined || server || this.#rules.clientPathShown) return `unix:${place.path}`;
      return 'unix:';
    }
    if (socket !== undefined) return `${protocol}:${socket.localAddress}:${socket.localPort}`;
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return `${protocol}:${place.host}:${address?.port ?? place.port}`;
  }

  async #listen(): Promise<void> {
    const { place } = this.#spec;
    if (place.kind === 'unix') prepareUnixPath(place.path);
    if (place.kind === 'fd') assertSocket(place.fd);
    const server = createServer({ noDelay: true }, (socket) => this.#arrive(socket));
    this.#server = server;
    try {
      await listen(server, place);
    } catch (error) {
      throw new StartError(bindError(place, error));
    }
    server.on('error', () => {});
  }

  async #dialFirst(): Promise<void> {
    const { place, reconnectMs } = this.#spec;
    if (place.kind === 'fd') {
      assertSocket(place.fd);
      this.#arrive(new Socket({ fd: place.fd, readable: true, writable: true }));
      return;
    }
    try {
      this.#arrive(await dial(place));
    } catch (error) {
      const reason = dialError(place, error);
      if (reconnectMs === 0) throw new StartError(reason);
      process.stderr.write(`${programName()}: Unable to connect character device ${this.label}: ${reason}\n`);
      this.#redial();
    }
  }

  #redial(): void {
    const { place, reconnectMs } = this.#spec;
    if (this.#closed || reconnectMs === 0 || place.kind === 'fd') return;
    setTimeout(() => {
      if (this.#closed) return;
      dial(place).then(
        (socket) => this.#arrive(socket),
        () => this.#redial(),
      );
    }, reconnectMs);
  }

  #arrive(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#closed) {
      socket.destroy();
      return;
    }
    if (this.#current !== undefined) {
      this.#waiting.push(socket);
      socket.once('close', () => {
        const at = this.#waiting.indexOf(socket);
        if (at >= 0) this.#waiting.splice(at, 1);
      });
      return;
    }
    this.#take(socket);
  }

  #take(socket: Socket): void {
    this.#current = socket;
    this.#serving = false;
    if (this.#spec.telnet) socket.write(TELNET_GREETING);
    this.#onClient?.();
    this.#onClient = undefined;
    this.#serve();
  }

  #serve(): void {
    const socket = this.#current;
    if (socket === undefined || this.#serving) return;
    this.#serving = true;
    if (this.frontend === undefined) {
      // Nothing reads from it, but its end is noticed.
      socket.resume();
      socket.once('end', () => socket.end());
      socket.once('close', () => this.#leave(socket));
      this.#serving = false;
      return;
    }
    const stream = this.#spec.telnet ? skipTelnet(socket) : socket;
    this.frontend.connect(stream, () => this.#leave(socket));
  }

  #leave(socket: Socket): void {
    if (this.#current !== socket) return;
    this.#current = undefined;
    this.#serving = false;
    if (!this.#spec.server) this.#redial();
    const next = this.#waiting.shift();
    if (next !== undefined && !this.#closed) this.#take(next);
  }
}

/** Resolves when everything that was written has been sent, or the client has had its time. */
function sent(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.end(() => resolve());
    setTimeout(resolve, CLOSE_GRACE);
  });
}

/** The name by which the program was called. */
export function programName(): string {
  const name = (process.argv[1] ?? '').split('/').pop() ?? '';
  return name === '' || name.startsWith('fake-qemu') ? 'qemu-system-x86_64' : name;
}

/** A dead server's socket makes room. Anything else of that name stays, and binding fails. */
function prepareUnixPath(path: string): void {
  if (Buffer.byteLength(path) > PATH_LIMIT) {
    throw new StartError(`UNIX socket path '${path}' is too long`, {
      hint: ['Path must be less than 108 bytes'],
    });
  }
  removeFile(path);
}

function removeFile(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch {
    // It was not there.
  }
}

function assertSocket(fd: number): void {
  try {
    if (fstatSync(fd).isSocket()) return;
  } catch {
    // It is not even open.
  }
  throw new StartError(`File descriptor '${fd}' is not a socket`);
}

function listen(server: Server, place: SocketPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    if (place.kind === 'unix') server.listen({ path: place.path });
    else if (place.kind === 'fd') server.listen({ fd: place.fd });
    else server.listen({ host: place.host === '' ? '0.0.0.0' : place.host, port: portOf(place, reject) });
  });
}

function dial(place: SocketPlace & { kind: 'unix' | 'inet' }): Promise<Socket> {
  return new Promise((resolve, reject) => {
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
  const why = code === 'EAI_SERVICE' ? message : 'Name or service not known';
  return `address resolution failed for ${place.host}:${place.port}: ${why}`;
}

function bindError(place: SocketPlace, error: unknown): string {
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

function dialError(place: SocketPlace & { kind: 'unix' | 'inet' }, error: unknown): string {
  if (place.kind === 'unix') return `Failed to connect to '${place.path}': ${strerror(error)}`;
  if (isResolution(error)) return resolutionText(place, error);
  return `Failed to connect to '${place.host}:${place.port}': ${strerror(error)}`;
}
