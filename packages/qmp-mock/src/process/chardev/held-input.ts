import type { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';

/** Most bytes that are held; then no more is read, and the end goes unnoticed. */
const LIMIT = 1 << 16;

/**
 * Reads ahead on a stream that nobody reads from yet, so that its end is noticed, and keeps what comes for
 * who reads later.
 */
export class HeldInput {
  readonly #stream: Duplex;
  readonly #held: Buffer[] = [];
  readonly #onEnd: () => void;
  #size = 0;

  /** @param onEnd - Called when the client has gone. */
  constructor(stream: Duplex, onEnd: () => void) {
    this.#stream = stream;
    this.#onEnd = onEnd;
    stream.on('data', this.#take);
    stream.once('end', onEnd);
    stream.once('close', onEnd);
    stream.resume();
  }

  /** Gives the stream back, with all that came in it. Whoever reads from it has to resume it. */
  release(): void {
    const stream = this.#stream;
    stream.off('data', this.#take);
    stream.off('end', this.#onEnd);
    stream.off('close', this.#onEnd);
    stream.pause();
    for (const chunk of this.#held.splice(0).toReversed()) stream.unshift(chunk);
  }

  readonly #take = (chunk: Buffer): void => {
    this.#held.push(chunk);
    this.#size += chunk.length;
    if (this.#size > LIMIT) this.#stream.pause();
  };
}
