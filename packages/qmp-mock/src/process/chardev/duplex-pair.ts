import { Duplex } from 'node:stream';

/** One end of a pair of streams. */
class MemoryEnd extends Duplex {
  #other!: MemoryEnd;
  /** The other end's write that waits for this end to be read. */
  #resume: (() => void) | undefined;

  constructor() {
    // Like a `net.Socket`, an end closes by itself when the other has ended, unless its owner decides
    // otherwise.
    super({ allowHalfOpen: false });
  }

  /** Ties two ends together. */
  tie(other: MemoryEnd): void {
    this.#other = other;
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const other = this.#other;
    if (other.destroyed) return done(connectionReset('EPIPE'));
    if (other.push(chunk)) done();
    else other.#resume = done;
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#other.destroyed) this.#other.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const other = this.#other;
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
    // Earlier output is still read; then the stream ends, as a socket's would.
    if (!other.destroyed) {
      if (!this.writableFinished) other.push(null);
      // Nobody is left to write to.
      if (other.readableEnded) other.destroy();
      else other.once('end', () => other.destroy());
    }
    done(error);
  }

  /** Ends at once, and the other end with `ECONNRESET`. */
  resetAndDestroy(): this {
    const other = this.#other;
    if (!other.destroyed) other.destroy(connectionReset('ECONNRESET'));
    this.destroy();
    return this;
  }
}

function connectionReset(code: 'ECONNRESET' | 'EPIPE'): Error {
  const text = code === 'EPIPE' ? 'write EPIPE' : 'read ECONNRESET';
  return Object.assign(new Error(text), { code, syscall: text.split(' ')[0] });
}

/**
 * Two streams in memory: what is written to one is read from the other, each write as one chunk. They hold
 * back a writer whose reader does not read, end and half-close as sockets do, and need no file, no port and
 * no turn of the event loop to be connected.
 *
 * @example
 * const [client, server] = duplexPair()
 */
export function duplexPair(): [Duplex, Duplex] {
  const a = new MemoryEnd();
  const b = new MemoryEnd();
  a.tie(b);
  b.tie(a);
  return [a, b];
}
