import type { Duplex } from 'node:stream';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { MonitorSession } from '../../engine/monitor/session.ts';
import type { MonitorSessionOptions } from '../../engine/monitor/session-options.ts';
import { resetStream } from './reset-stream.ts';

/** One client's connection to a monitor, as a test sees it. */
export interface MockConnection {
  /** Its number in the mock, from 1. */
  readonly id: number;
  /** Whether capabilities negotiation is complete. */
  readonly negotiated: boolean;
  /** Whether the client negotiated out-of-band execution. */
  readonly oobEnabled: boolean;
  /** Whether it has ended. */
  readonly closed: boolean;
  /** Whether the mock has ended it or its own half. Output may still be on its way to the client. */
  readonly closing: boolean;
  /** Bytes that wait to be sent because the client doesn't read. */
  readonly unsentBytes: number;
  /** Sends raw bytes, which needn't be QMP. Strings are sent as UTF-8. */
  write(data: string | Uint8Array): void;
  /** Ends it once its output has been sent. The client sees the end of the stream. */
  close(): void;
  /** Ends the mock's half only: the client reads the end of the stream, and can still write. */
  halfClose(): void;
  /** Ends it at once. Over TCP the client sees `ECONNRESET`. Unsent output is lost. */
  reset(): void;
}

/**
 * The outlet between a session's bytes and the stream. It writes them as they are, changed, later, or not at
 * all.
 */
export interface Outlet {
  /** Takes bytes. */
  write(data: string | Uint8Array): void;
  /** Bytes that it holds. */
  readonly held: number;
  /** Ends the output: hands over held bytes, then calls `done`. */
  end(done: () => void): void;
  /** Drops held bytes. */
  destroy(): void;
}

/** Options of {@link Connection}. */
export interface ConnectionOptions {
  readonly id: number;
  readonly stream: Duplex;
  /** Options of its session, except its output. */
  readonly session: (connection: Connection) => Omit<MonitorSessionOptions, 'output' | 'close' | 'onPause'>;
  /** Makes the outlet over a function that writes to the stream. */
  readonly outlet?:
    | ((write: (data: string | Uint8Array) => void, id: number, connection: Connection) => Outlet)
    | undefined;
  /** Most bytes that may wait to be sent before the client is given up. */
  readonly unsentLimit: number;
  /** Called when more than `unsentLimit` bytes wait, because the client doesn't read and was cut off. */
  readonly onOverflow?: ((connection: Connection) => void) | undefined;
  /** Called when the client has ended its half before everything is answered. */
  readonly onEnd: (connection: Connection) => void;
  /** Called once, when it has ended. */
  readonly onClose: (connection: Connection) => void;
}

/**
 * A stream with a QMP session on it.
 *
 * The flow of input is QEMU's: nothing is read while a command runs. Like QEMU's, output isn't throttled. It
 * waits in memory until the client reads, up to `unsentLimit` bytes; beyond that the client is cut off.
 */
export class Connection implements MockConnection {
  readonly id: number;
  readonly session: MonitorSession;
  readonly stream: Duplex;
  readonly #options: ConnectionOptions;
  readonly #outlet: Outlet | undefined;
  #closing = false;
  #closed = false;
  /** Bytes that came while the session doesn't take any. */
  #ahead = 0;

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.stream = options.stream;
    this.#options = options;
    this.#outlet = options.outlet?.((data) => this.#send(data), options.id, this);
    const { stream } = this;
    this.session = new MonitorSession({
      ...options.session(this),
      output: (data) => (this.#outlet ? this.#outlet.write(data) : this.#send(data)),
      close: () => this.close(),
      onPause: (paused) => {
        if (paused || this.#closed) return;
        this.#ahead = 0;
        stream.resume();
      },
    });
  }

  /** Greets the client and starts to read. `greet: false` leaves the greeting out. */
  open(options: { greet: boolean }): void {
    const { stream, session } = this;
    stream.on('error', ignore);
    // The client may end its half and still wait for replies.
    stream.allowHalfOpen = true;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.once('end', () => this.#ended());
    stream.once('close', () => this.#finish());
    if (stream.destroyed) this.#finish();
    else if (options.greet) session.open();
  }

  get negotiated(): boolean {
    return this.session.negotiated;
  }

  get oobEnabled(): boolean {
    return this.session.oobEnabled;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get closing(): boolean {
    return this.#closing || this.#closed || this.stream.writableEnded;
  }

  get unsentBytes(): number {
    return this.stream.writableLength + (this.#outlet?.held ?? 0);
  }

  write(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    // Behind what is being written in pieces, not into it.
    if (this.#outlet) this.#outlet.write(bytes);
    else this.#send(bytes);
  }

  /** @param patience - Time in ms that the command under way may take. Default 0: a turn of the loop. */
  close(patience: number = 0): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      const endStream = (): void => void this.stream.end(() => this.stream.destroy());
      if (this.#outlet) this.#outlet.end(endStream);
      else endStream();
    };
    this.session.finish(end);
    // A command that takes longer is never answered.
    if (ended) return;
    if (patience === 0) setImmediate(end);
    else {
      const timer = setTimeout(end, patience);
      this.stream.once('close', () => clearTimeout(timer));
    }
  }

  halfClose(): void {
    if (this.#outlet) this.#outlet.end(() => this.stream.end());
    else this.stream.end();
  }

  reset(): void {
    if (this.#closed) return;
    resetStream(this.stream);
    this.#finish();
  }

  /** Ends it at once. */
  destroy(): void {
    this.stream.destroy();
    this.#finish();
  }

  /**
   * Takes bytes from the client. The session keeps those that it doesn't take yet. Reading ahead a little
   * shows when the client leaves.
   */
  #receive(chunk: Buffer): void {
    const { session } = this;
    session.receive(chunk);
    if (!session.paused) return;
    this.#ahead += chunk.length;
    if (this.#ahead > READ_AHEAD) this.stream.pause();
  }

  /**
   * Notes that the client has left, or has only ended its half: its requests are still answered, and others
   * may come.
   */
  #ended(): void {
    this.session.end();
    if (!this.#closed && !this.#closing) this.#options.onEnd(this);
  }

  #send(data: string | Uint8Array): void {
    const { stream } = this;
    if (this.#closed || stream.destroyed || stream.writableEnded) return;
    if (typeof data === 'string') stream.write(data, 'latin1');
    else stream.write(data);
    if (this.unsentBytes <= this.#options.unsentLimit) return;
    this.#options.onOverflow?.(this);
    this.destroy();
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outlet?.destroy();
    this.session.destroy();
    this.#options.onClose(this);
  }
}

/** Bytes to read ahead of a session that doesn't take input: about the size of a socket buffer. */
const READ_AHEAD = 1 << 17;

const ignore = (): void => {};
