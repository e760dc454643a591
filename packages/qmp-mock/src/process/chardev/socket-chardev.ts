import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers';
import type { MachineRules } from '../../machine/machine-rules.ts';
import { Chardev } from './chardev.ts';
import { dropOnHangUp } from './hang-up.ts';
import { programName } from '../command-line/program-name.ts';
import { listeningAt, type ChardevSpec } from '../command-line/socket-address.ts';
import {
  assertSocket,
  bindError,
  dial,
  dialError,
  listen,
  prepareUnixPath,
  removeFile,
} from './socket-io.ts';
import { StartError } from '../command-line/start-error.ts';
import { skipTelnet, TELNET_GREETING } from './telnet.ts';

type SocketSpec = ChardevSpec & { kind: 'socket' };

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

  /** Breaks the connection; what was to be sent through it is lost. */
  yank(): void {
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
    return listeningAt(this.#spec, address?.port);
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
    this.frontend.connect(this.#streamOf(socket), () => this.#leave(socket));
  }

  #streamOf(socket: Socket): Duplex {
    if (this.#spec.telnet) return skipTelnet(socket);
    const unix = this.#spec.place.kind === 'unix' && this.#spec.server;
    return unix && this.#rules.hangUpDropsInput ? dropOnHangUp(socket) : socket;
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
