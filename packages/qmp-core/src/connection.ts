import { clearTimeout, setTimeout } from 'node:timers';
import type { Duplex } from 'node:stream';
import { QmpDisconnectedError, QmpProtocolError } from './errors.ts';
import { BytewiseWriter, isTls } from './transport/bytewise.ts';
import { JsonFramer, type JsonFramerOptions, type MessageSink } from './wire/framing.ts';
import type { JsonValue } from './wire/json-value.ts';

/** Time in ms that `close` waits for a peer that doesn't take the last bytes. */
const FLUSH_TIME = 1000;

/** Time in ms that `close` waits for answers to earlier requests. */
const ANSWER_TIME = 500;

/** Time in ms that the line end of a last message waits for an answer that makes it needless. */
const LINE_END_TIME = 100;

/** Silence in ms after which a large message without a line end is looked at. */
const QUIET_TIME = 10;

/** Callbacks of a {@link Connection}. */
export interface ConnectionHandler {
  /** Called with each message. Must not throw. */
  message: MessageSink;
  /** Called when the texts of the messages since the last call turn out to be cut from one of this length. */
  cutFrom(length: number): void;
  /**
   * Called once, when the connection is over: by the peer, by the transport, by bytes that aren't JSON, or by
   * `close`.
   */
  ended(reason: QmpDisconnectedError | QmpProtocolError): void;
}

/** A byte stream that carries JSON messages, in both directions, and ends once. */
export class Connection {
  readonly stream: Duplex;
  readonly #framer: JsonFramer;
  readonly #handler: ConnectionHandler;
  #ended = false;
  /** Requests after the first of this run of code. They go out together. */
  #batch = '';
  #batching = false;
  /** Set while it is not known that the peer reads TLS well; see {@link BytewiseWriter}. */
  #bytewise: BytewiseWriter | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  /** Runs while the line end of the last message has not been sent. */
  #lineEndTimer: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, handler: ConnectionHandler, options: JsonFramerOptions) {
    this.stream = stream;
    this.#handler = handler;
    this.#framer = new JsonFramer(options);
    if (isTls(stream)) this.#bytewise = new BytewiseWriter(stream);
  }

  /** Says that the peer is known to read TLS well. To be called while nothing is being sent. */
  writeWhole(): void {
    this.#bytewise = undefined;
  }

  /** Begins to read, and to call the handler. */
  start(): void {
    const { stream } = this;
    stream.on('error', this.#onError).on('end', this.#onEnd).on('close', this.#onClose);
    if (stream.destroyed || stream.readableEnded) this.#onClose();
    else stream.on('data', this.#onData);
  }

  /**
   * Sends a message with a line end. QEMU takes an object at its closing brace, but fakes and proxies that
   * read lines need it. The first message goes out at once. Those that follow in the same run of code go out
   * in one write.
   */
  write(text: string): void {
    this.#put(`${this.#takeLineEnd()}${text}\n`);
  }

  /**
   * Sends a message that makes QEMU exit, and its line end only if QEMU doesn't answer. A process that exits
   * with a byte unread resets its connections, and over TCP the answer gets lost (15 of 20 times with QEMU
   * 10.0).
   */
  writeLast(text: string): void {
    this.#put(this.#takeLineEnd() + text);
    this.#lineEndTimer = setTimeout(() => {
      const lineEnd = this.#takeLineEnd();
      if (this.stream.writable) this.#put(lineEnd);
    }, LINE_END_TIME);
  }

  /** Notes that the last message was answered: a peer that reads lines would not have answered yet. */
  forgetLineEnd(): void {
    this.#takeLineEnd();
  }

  #takeLineEnd(): '\n' | '' {
    if (this.#lineEndTimer === undefined) return '';
    clearTimeout(this.#lineEndTimer);
    this.#lineEndTimer = undefined;
    return '\n';
  }

  #put(text: string): void {
    if (this.#bytewise !== undefined) return this.#bytewise.write(text);
    if (this.#batching) {
      this.#batch += text;
      return;
    }
    this.#batching = true;
    // Not by `queueMicrotask`: fake timers (Jest's, by default) would take it away.
    void Promise.resolve().then(this.#flush);
    this.stream.write(text);
  }

  readonly #flush = (): void => {
    this.#batching = false;
    const text = this.#batch;
    this.#batch = '';
    if (text !== '' && this.stream.writable) this.stream.write(text);
  };

  readonly #onData = (chunk: Uint8Array | string): void => {
    clearTimeout(this.#lookTimer);
    try {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      this.#handler.cutFrom(this.#framer.push(bytes, this.#handler.message));
      if (this.#framer.looksWhole) this.#lookTimer = setTimeout(this.#look, QUIET_TIME);
    } catch (error) {
      this.fail(error as QmpProtocolError);
    }
  };

  readonly #look = (): void => {
    try {
      this.#handler.cutFrom(this.#framer.look(this.#handler.message));
    } catch (error) {
      this.fail(error as QmpProtocolError);
    }
  };

  readonly #onEnd = (): void => {
    this.#look();
    const rest = this.#framer.pendingText;
    const where = rest === '' ? '' : ` in the middle of a message: ${JSON.stringify(rest)}`;
    this.#finish(new QmpDisconnectedError(`the peer closed the connection${where}`));
  };

  readonly #onError = (error: Error): void => {
    this.#finish(new QmpDisconnectedError(`the connection failed: ${error.message}`, { cause: error }));
  };

  readonly #onClose = (): void => {
    this.#finish(new QmpDisconnectedError('the connection was closed'));
  };

  /** Ends the connection because of what the peer sent. */
  fail(error: QmpProtocolError): void {
    this.#finish(error);
  }

  /** Ends the connection at once, from this side. */
  destroy(reason: string): void {
    this.#finish(new QmpDisconnectedError(reason));
  }

  #finish(reason: QmpDisconnectedError | QmpProtocolError): void {
    if (this.#ended) return;
    this.#ended = true;
    const { stream } = this;
    clearTimeout(this.#lookTimer);
    this.#takeLineEnd();
    this.#framer.stop();
    stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    // The error listener stays: what goes wrong from here on concerns nobody.
    stream.destroy();
    this.#handler.ended(reason);
  }

  /**
   * Ends the connection from this side: tells the handler, sends what is still to be sent, closes.
   *
   * QEMU throws away what it has not begun to run when a client leaves. So if commands are unanswered, the
   * stream stays open for their answers for a moment.
   *
   * @param isLast - Given if answers are outstanding: takes each message that still comes, and says whether
   *   it was the last answer.
   * @returns Resolves when the stream is closed.
   */
  async close(isLast?: (message: JsonValue) => boolean): Promise<void> {
    const { stream } = this;
    if (!this.#ended) {
      this.#ended = true;
      clearTimeout(this.#lookTimer);
      this.#flush();
      stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
      this.#handler.ended(new QmpDisconnectedError('the client was closed'));
      if (isLast !== undefined) await this.#hearOut(isLast);
      this.#takeLineEnd();
      this.#framer.stop();
      // The rest of the peer's output is read and thrown away, so that the peer can finish and we see its
      // end.
      stream.resume();
      if (this.#bytewise !== undefined) await this.#bytewise.idle();
      stream.end(() => stream.destroy());
    }
    if (stream.closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        stream.destroy();
        resolve();
      }, FLUSH_TIME);
      stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Reads until the last answer has come, the peer ends, or the time is up. */
  #hearOut(isLast: (message: JsonValue) => boolean): Promise<void> {
    const { stream } = this;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stream.off('data', onData).off('end', done).off('close', done);
        resolve();
      };
      const onData = (chunk: Uint8Array | string): void => {
        try {
          this.#framer.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, (message) => {
            if (isLast(message)) done();
          });
        } catch {
          done();
        }
      };
      const timer = setTimeout(done, ANSWER_TIME);
      stream.on('data', onData).on('end', done).on('close', done);
    });
  }
}
