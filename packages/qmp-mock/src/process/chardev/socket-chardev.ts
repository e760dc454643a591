import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { QmpStateError } from 'qmp-core/errors';
import type { Clock } from '../../engine/clock.ts';
import type { MachineRules } from '../../machine/machine-rules.ts';
import type { ChardevSpec } from '../command-line/socket-address.ts';
import { StartError } from '../command-line/start-error.ts';
import type { ClientStream, Listener, SocketHost } from '../host.ts';
import { Chardev } from './chardev.ts';
import { drained } from './drained.ts';
import { HeldInput } from './held-input.ts';
import { dropOnHangUp } from './hang-up.ts';
import { listenError, dialError } from './socket-errors.ts';
import { skipTelnet, TELNET_GREETING } from './telnet.ts';

/** Specification of a socket chardev. */
export type SocketSpec = ChardevSpec & { kind: 'socket' };

/** Surroundings of a {@link SocketChardev}. */
export interface SocketChardevOptions {
  readonly host: SocketHost;
  readonly clock: Clock;
  readonly rules: Pick<MachineRules, 'clientPathShown'>;
  /** Prints a line on the standard error stream. */
  readonly complain?: ((text: string) => void) | undefined;
}

/** Longest path of a UNIX socket, in bytes. */
const PATH_LIMIT = 108;

/**
 * A socket, one client at a time. As a server it lets others wait without a greeting; as a client it dials
 * once, or again and again with `reconnect`.
 */
export class SocketChardev extends Chardev {
  readonly kind = 'socket';
  readonly #spec: SocketSpec;
  readonly #options: SocketChardevOptions;
  #listener: Listener | undefined;
  #current: ClientStream | undefined;
  readonly #waiting: ClientStream[] = [];
  #serving = false;
  #held = false;
  #closed = false;
  #awaited: { resolve(): void; reject(error: Error): void } | undefined;
  #relay: ((stream: ClientStream) => void) | undefined;
  #hasRelayed = false;
  #cancelRedial: (() => void) | undefined;
  #running = false;
  #heldInput: HeldInput | undefined;

  constructor(label: string, spec: SocketSpec, options: SocketChardevOptions) {
    super(label);
    this.#spec = spec;
    this.#options = options;
  }

  /** Listens or dials. Rejects with a `StartError` in QEMU's words if that fails. */
  async open(): Promise<void> {
    const { place, server } = this.#spec;
    if (place.kind === 'unix' && Buffer.byteLength(place.path) > PATH_LIMIT) {
      throw new StartError(`UNIX socket path '${place.path}' is too long`, {
        hint: ['Path must be less than 108 bytes'],
      });
    }
    if (server) await this.#listen();
    else await this.#dialFirst();
  }

  /** Resolves when a client has come, for `wait=on`; rejects if the chardev is closed before. */
  async waitForClient(): Promise<void> {
    if (this.#current !== undefined || this.#hasRelayed) return;
    await new Promise<void>((resolve, reject) => {
      this.#awaited = { resolve, reject };
      if (this.#closed) reject(this.#tooLate());
    });
  }

  /** Path of the UNIX socket that it listens on, if it does. */
  get listensOn(): string | undefined {
    const { place, server } = this.#spec;
    return server && place.kind === 'unix' ? place.path : undefined;
  }

  /** Whether it is a UNIX socket, or a descriptor that may be one. */
  get isLocal(): boolean {
    return this.#spec.place.kind !== 'inet';
  }

  get filename(): string {
    const { server, telnet } = this.#spec;
    const suffix = server ? ',server=on' : '';
    const client = this.#current;
    const place = this.#describe(client, telnet ? 'telnet' : 'tcp');
    if (client === undefined) return `disconnected:${place}${suffix}`;
    if (this.#spec.place.kind !== 'inet') return `${place}${suffix}`;
    return `${place}${suffix} <-> ${client.remoteAddress}:${client.remotePort}`;
  }

  /** Whether clients are held back: they are connected, and not greeted. */
  set held(held: boolean) {
    this.#held = held;
    if (!held) this.#next();
  }

  /** A client has come. */
  arrive(stream: ClientStream): void {
    stream.on('error', () => {});
    if (this.#closed) return void stream.destroy();
    if (this.#relay !== undefined) return this.#passOn(stream, this.#relay);
    if (this.#current === undefined && !this.#held) return this.#take(stream);
    this.#waiting.push(stream);
    stream.once('close', () => {
      const at = this.#waiting.indexOf(stream);
      if (at >= 0) this.#waiting.splice(at, 1);
    });
  }

  override run(): void {
    this.#running = true;
    this.#serve();
  }

  override relay(take: (stream: ClientStream) => void): void {
    this.#relay = take;
    this.#heldInput?.release();
    const here = [this.#current, ...this.#waiting.splice(0)].filter((stream) => stream !== undefined);
    this.#current = undefined;
    for (const stream of here) this.#passOn(stream, take);
  }

  override yank(): void {
    this.#current?.destroy();
  }

  override detach(): void {
    super.detach();
    this.#current?.destroy();
  }

  override async release(): Promise<void> {
    this.#closed = true;
    this.#cancelRedial?.();
    this.#awaited?.reject(this.#tooLate());
    for (const stream of this.#waiting.splice(0)) stream.destroy();
    if (this.frontend === undefined) this.#current?.destroy();
    else this.frontend.disconnect();
    await this.#listener?.close();
  }

  override async drained(grace: number): Promise<void> {
    if (this.#current !== undefined) await drained(this.#current, grace);
  }

  protected onAttach(): void {
    this.#serve();
  }

  #passOn(stream: ClientStream, take: (stream: ClientStream) => void): void {
    this.#hasRelayed = true;
    this.#awaited?.resolve();
    take(stream);
  }

  #tooLate(): QmpStateError {
    return new QmpStateError(`The chardev ${this.label} was closed before a client came`);
  }

  /** Its place, as QEMU writes it (`qemu_chr_compute_filename` of `chardev/char-socket.c`). */
  #describe(client: ClientStream | undefined, protocol: string): string {
    const { place, server } = this.#spec;
    if (place.kind === 'fd') return 'unix:';
    if (place.kind === 'unix') {
      const shown = client === undefined || server || this.#options.rules.clientPathShown;
      return shown ? `unix:${place.path}` : 'unix:';
    }
    if (client !== undefined) return `${protocol}:${client.localAddress}:${client.localPort}`;
    return `${protocol}:${place.host}:${this.#listener?.port ?? place.port}`;
  }

  async #listen(): Promise<void> {
    const { place } = this.#spec;
    const request = { id: this.label, place };
    try {
      this.#listener = await this.#options.host.listen(request, (stream) => this.arrive(stream));
    } catch (error) {
      throw listenError(place, error);
    }
    if (this.#closed) await this.#listener.close();
  }

  async #dialFirst(): Promise<void> {
    try {
      this.arrive(await this.#dial());
    } catch (error) {
      const failure = dialError(this.#spec.place, error);
      if (this.#spec.reconnectMs === undefined) throw failure;
      this.#options.complain?.(`Unable to connect character device ${this.label}: ${failure.message}`);
      this.#redial();
    }
  }

  #dial(): Promise<ClientStream> {
    const { host } = this.#options;
    const { place } = this.#spec;
    if (place.kind === 'fd') return host.inherit({ id: this.label, fd: place.fd });
    return host.dial({ id: this.label, place });
  }

  #redial(): void {
    const { place, reconnectMs } = this.#spec;
    if (this.#closed || reconnectMs === undefined || place.kind === 'fd') return;
    const dial = (): void => {
      if (this.#closed) return;
      this.#dial().then(
        (stream) => this.arrive(stream),
        () => this.#redial(),
      );
    };
    const what = (): string => `the chardev ${this.label}, to dial again`;
    this.#cancelRedial = this.#options.clock.after(reconnectMs, dial, { kind: 'other', what });
  }

  #take(stream: ClientStream): void {
    this.#current = stream;
    this.#serving = false;
    if (this.#spec.telnet) stream.write(TELNET_GREETING);
    this.#awaited?.resolve();
    this.#awaited = undefined;
    this.#serve();
  }

  #serve(): void {
    const stream = this.#current;
    if (stream === undefined || this.#serving) return;
    if (this.frontend !== undefined) {
      this.#serving = true;
      this.#heldInput?.release();
      this.#heldInput = undefined;
      this.frontend.connect(this.logged(this.#wrap(stream)), () => this.#leave(stream));
      stream.resume();
    } else if (this.#running) {
      this.#heldInput ??= new HeldInput(stream, () => {
        stream.destroy();
        this.#leave(stream);
      });
    }
  }

  /** The stream as QEMU sees it. */
  #wrap(stream: ClientStream): Duplex {
    if (this.#spec.telnet) return skipTelnet(stream as Socket);
    const unix = this.#spec.place.kind === 'unix' && this.#spec.server;
    return unix ? dropOnHangUp(stream as Socket) : stream;
  }

  #leave(stream: ClientStream): void {
    if (this.#current !== stream) return;
    this.#current = undefined;
    this.#serving = false;
    this.#heldInput = undefined;
    if (!this.#spec.server) this.#redial();
    this.#next();
  }

  #next(): void {
    if (this.#closed || this.#held || this.#current !== undefined) return;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#take(next);
  }
}
