/** What a `ringbuf` chardev holds: the last bytes that were written, up to its size. */
export class RingBuffer {
  readonly #size: number;
  #bytes: Buffer = Buffer.alloc(0);

  /** @param size - How much it holds, in bytes. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Adds bytes; the oldest make room where it is full. */
  write(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#bytes, bytes]);
    this.#bytes = all.subarray(Math.max(0, all.length - this.#size));
  }

  /** Takes up to `count` bytes, oldest first. */
  read(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(taken.length);
    return taken;
  }
}
