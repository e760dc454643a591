import { concatBytes } from '../../engine/bytes.ts';

/** Contents of a `ringbuf` chardev: the last bytes that were written, up to its size. */
export class RingBuffer {
  readonly #size: number;
  #bytes = new Uint8Array();

  /** @param size - How much it holds, in bytes. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Adds bytes; the oldest make room if it is full. */
  write(bytes: Uint8Array): void {
    const all = concatBytes([this.#bytes, bytes]);
    this.#bytes = all.slice(Math.max(0, all.length - this.#size));
  }

  /** Takes up to `count` bytes, oldest first. */
  read(count: number): Uint8Array {
    const taken = this.#bytes.slice(0, count);
    this.#bytes = this.#bytes.slice(taken.length);
    return taken;
  }
}
