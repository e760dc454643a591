import type { Duplex } from 'node:stream';
import type { Connection } from './connection.ts';

/**
 * A monitor on one chardev. It serves one client at a time; those that come meanwhile are connected but not greeted, and what
 * they send waits, until the one before them has gone. (In QEMU they wait in the backlog of the listening socket.)
 */
export class Monitor {
  /** Id of its chardev, and its own: QEMU numbers those of `-qmp`. */
  readonly label: string;
  readonly #serve: (stream: Duplex) => Connection;
  readonly #waiting: Duplex[] = [];
  #current: Connection | undefined;
  #parked = false;
  #closed = false;
  /** Called when its client has gone and none waits. */
  onFree: (() => void) | undefined;

  /**
   * @param label - Its id.
   * @param serve - Makes a connection of a stream; it calls {@link leave} when that ends.
   */
  constructor(label: string, serve: (stream: Duplex, monitor: Monitor) => Connection) {
    this.label = label;
    this.#serve = (stream) => serve(stream, this);
  }

  /** The client that it serves. */
  get current(): Connection | undefined {
    return this.#current;
  }

  /** How many clients wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether somebody else seems to hold it: nobody is greeted. */
  get parked(): boolean {
    return this.#parked;
  }

  set parked(parked: boolean) {
    this.#parked = parked;
    if (!parked) this.#next();
  }

  /** A client has come. */
  arrive(stream: Duplex): void {
    if (this.#closed) {
      stream.destroy();
      return;
    }
    if (this.#current === undefined && !this.#parked) {
      this.#open(stream);
      return;
    }
    this.#waiting.push(stream);
    stream.on('error', ignore);
    stream.once('close', () => {
      const at = this.#waiting.indexOf(stream);
      if (at >= 0) this.#waiting.splice(at, 1);
    });
  }

  /** The connection has ended. */
  leave(connection: Connection): void {
    if (this.#current !== connection) return;
    this.#current = undefined;
    this.#next();
  }

  /** Turns everybody away. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#waiting.splice(0)) stream.destroy();
  }

  #next(): void {
    if (this.#closed || this.#parked || this.#current !== undefined) return;
    const stream = this.#waiting.shift();
    if (stream === undefined) this.onFree?.();
    else this.#open(stream);
  }

  #open(stream: Duplex): void {
    const connection = this.#serve(stream);
    // A connection that ended while it was made has left already.
    if (!connection.closed) this.#current = connection;
    else this.#next();
  }
}

const ignore = (): void => {};
