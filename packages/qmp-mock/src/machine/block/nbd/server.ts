import type { Clock } from '../../../engine/clock.ts';
import type { NbdExport } from './export.ts';
import type { NbdListening, NbdStream } from './nbd-host.ts';
import { NbdSession } from './session.ts';

/** Clients at a time if nobody says another number (`NBD_DEFAULT_MAX_CONNECTIONS`). */
const MOST_CLIENTS = 100;
/** Time in seconds that a client has to choose its export (`NBD_DEFAULT_HANDSHAKE_MAX_SECS`). */
const HANDSHAKE_SECONDS = 10;

/** Options of an {@link NbdServer}. */
export interface NbdServerOptions {
  readonly clock: Clock;
  /** Whether the version knows of requests and replies with 64-bit lengths. */
  readonly extended: boolean;
  /** Clients at a time; 0 for any number. Default: 100. */
  readonly maxConnections?: number | undefined;
  /** Time in seconds that a client has to choose its export; 0 for any time. Default: 10. */
  readonly handshakeSeconds?: number | undefined;
}

interface Client {
  readonly stream: NbdStream;
  readonly session: NbdSession;
}

/** An NBD server (`blockdev-nbd.c`): its exports, and its clients. */
export class NbdServer {
  readonly #options: NbdServerOptions;
  readonly #exports: NbdExport[] = [];
  readonly #clients = new Set<Client>();
  /** Clients that nobody greets before another has left. */
  readonly #waiting = new Set<NbdStream>();
  #listening: NbdListening | undefined;

  constructor(options: NbdServerOptions) {
    this.#options = options;
  }

  /** Whether several clients may be connected. */
  get multiConnection(): boolean {
    return this.#most !== 1;
  }

  get #most(): number {
    return this.#options.maxConnections ?? MOST_CLIENTS;
  }

  /** Remembers the socket, to close it in the end. */
  set listening(listening: NbdListening) {
    this.#listening = listening;
  }

  /** Adds an export. */
  add(added: NbdExport): void {
    this.#exports.push(added);
  }

  /** Finds an export by its name. */
  find(name: string): NbdExport | undefined {
    return this.#exports.find((each) => each.name === name);
  }

  /** Whether a client uses an export. */
  isUsed(found: NbdExport): boolean {
    return [...this.#clients].some(({ session }) => session.export === found);
  }

  /** Removes an export and sends away those who use it. */
  remove(removed: NbdExport): void {
    const index = this.#exports.indexOf(removed);
    if (index !== -1) this.#exports.splice(index, 1);
    for (const client of this.#clients) if (client.session.export === removed) this.#sendAway(client);
  }

  /** Takes a client. */
  accept(stream: NbdStream): void {
    stream.on('error', () => stream.destroy());
    if (this.#most !== 0 && this.#clients.size >= this.#most) {
      stream.pause();
      this.#waiting.add(stream);
      stream.on('close', () => this.#waiting.delete(stream));
    } else this.#serve(stream);
  }

  /** Sends everybody away and listens no more. */
  stop(): void {
    for (const stream of this.#waiting) stream.destroy();
    this.#waiting.clear();
    for (const client of this.#clients) this.#sendAway(client);
    this.#listening?.close();
  }

  #serve(stream: NbdStream): void {
    const cancel = this.#limitHandshake(stream);
    const session = new NbdSession({
      offer: { exports: () => this.#exports, extended: this.#options.extended },
      send: (bytes) => {
        const more = stream.write(bytes);
        if (!more) stream.pause();
        return more;
      },
      close: () => stream.end(),
      onExport: cancel,
    });
    const client = { stream, session };
    this.#clients.add(client);
    stream.on('data', (bytes) => session.push(bytes));
    stream.on('drain', () => {
      session.resume();
      if (!session.waits) stream.resume();
    });
    stream.on('end', () => stream.end());
    stream.on('close', () => {
      cancel();
      session.end();
      this.#clients.delete(client);
      this.#serveNext();
    });
    session.start();
    stream.resume();
  }

  #limitHandshake(stream: NbdStream): () => void {
    const seconds = this.#options.handshakeSeconds ?? HANDSHAKE_SECONDS;
    if (seconds === 0) return () => {};
    const what = (): string => 'an NBD client, to choose its export';
    return this.#options.clock.after(seconds * 1000, () => stream.destroy(), { kind: 'other', what });
  }

  #serveNext(): void {
    const [stream] = this.#waiting;
    if (stream === undefined || (this.#most !== 0 && this.#clients.size >= this.#most)) return;
    this.#waiting.delete(stream);
    this.#serve(stream);
  }

  #sendAway(client: Client): void {
    this.#clients.delete(client);
    client.session.end();
    client.stream.destroy();
  }
}
