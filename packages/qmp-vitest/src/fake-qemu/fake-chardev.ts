import { resolve as resolvePath } from 'node:path';
import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';
import { QmpConnectError } from 'qmp-core';
import { bind, dial, type BoundServer } from 'qmp-core/transport';
import {
  chardevError,
  makeRoom,
  waitingText,
  type ChardevSpec,
  type SocketPlace,
} from 'qmp-mock/command-line';
import type { Launcher } from './launcher-handle.ts';

type SocketSpec = ChardevSpec & { readonly kind: 'socket' };

/** What a chardev needs of its machine. */
export interface FakeChardevOptions {
  readonly id: string;
  readonly spec: SocketSpec;
  readonly launcher: Launcher;
  /** Says something on the machine's standard error stream, after its name. */
  readonly complain: (text: string) => void;
  /** Option that asks for it. */
  readonly location: string;
}

/** A socket chardev of a machine that the code under test has started: one client at a time, the others wait. */
export class FakeChardev {
  readonly #options: FakeChardevOptions;
  readonly #waiting: Duplex[] = [];
  #server: BoundServer | undefined;
  #serve: ((stream: Duplex) => void) | undefined;
  #onClient: (() => void) | undefined;
  #redial: NodeJS.Timeout | undefined;
  #busy = false;
  #closed = false;

  constructor(options: FakeChardevOptions) {
    this.#options = options;
  }

  /**
   * Listens or dials. A server with `wait=on` says so, and waits for its first client: nothing that follows on the command line is
   * opened before.
   *
   * @throws Error with QEMU's text.
   */
  async open(): Promise<void> {
    const { spec } = this.#options;
    try {
      if (spec.server) await this.#listen();
      else await this.#dial();
    } catch (error) {
      throw new Error(textOf(spec, error), { cause: error });
    }
    if (!spec.wait || this.#waiting.length > 0 || this.#closed) return;
    const address = this.#server?.address;
    const port = address !== undefined && 'port' in address ? address.port : undefined;
    this.#options.complain(`${this.#options.location}: ${waitingText(spec, port)}`);
    await new Promise<void>((resolve) => (this.#onClient = resolve));
  }

  /** Says what becomes of its clients; those that came before are served first. */
  attach(serve: (stream: Duplex) => void): void {
    this.#serve = serve;
    this.#next();
  }

  /** Takes no more clients. Those that are served are the machine's to end. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#redial);
    for (const stream of this.#waiting.splice(0)) stream.destroy();
    this.#onClient?.();
    await this.#server?.close();
  }

  async #listen(): Promise<void> {
    const { launcher, spec } = this.#options;
    const { place } = spec;
    if (place.kind === 'fd') return launcher.listen(place.fd, (stream) => this.#arrived(stream));
    if (place.kind === 'unix') makeRoom(place.path, launcher.cwd);
    this.#server = await bind(this.#address(place));
    this.#server.onConnection((stream) => this.#arrived(stream));
  }

  async #dial(): Promise<void> {
    const { id, launcher, spec, complain } = this.#options;
    const { place, reconnectMs } = spec;
    if (place.kind === 'fd') return this.#arrived(await launcher.openPipe(place.fd));
    try {
      this.#arrived(await dial(this.#address(place)));
    } catch (error) {
      if (reconnectMs === undefined) throw error;
      complain(`Unable to connect character device ${id}: ${textOf(spec, error)}`);
      this.#dialLater();
    }
  }

  #dialLater(): void {
    const { place, reconnectMs } = this.#options.spec;
    if (this.#closed || reconnectMs === undefined || place.kind === 'fd') return;
    this.#redial = setTimeout(() => {
      dial(this.#address(place)).then(
        (stream) => this.#arrived(stream),
        () => this.#dialLater(),
      );
    }, reconnectMs);
  }

  #arrived(stream: Duplex): void {
    stream.on('error', () => {});
    if (this.#closed) return void stream.destroy();
    this.#waiting.push(stream);
    this.#onClient?.();
    this.#next();
  }

  #next(): void {
    if (this.#busy || this.#serve === undefined) return;
    const stream = this.#waiting.shift();
    if (stream === undefined) return;
    this.#busy = true;
    stream.once('close', () => {
      this.#busy = false;
      if (!this.#options.spec.server) this.#dialLater();
      this.#next();
    });
    this.#serve(stream);
  }

  #address(place: SocketPlace & { kind: 'unix' | 'inet' }): Parameters<typeof bind>[0] {
    if (place.kind === 'unix')
      return { kind: 'unix', path: resolvePath(this.#options.launcher.cwd, place.path) };
    const host = place.host === '' ? '127.0.0.1' : place.host;
    return { kind: 'tcp', host, port: Number(place.port) };
  }
}

/** QEMU's words for what the system said; anything else is in its words already. */
function textOf(spec: SocketSpec, error: unknown): string {
  const said = error instanceof QmpConnectError ? (error.cause ?? error) : error;
  if (said instanceof Error && !('errno' in said)) return said.message;
  return chardevError(spec, said);
}
