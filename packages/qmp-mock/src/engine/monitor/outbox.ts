/** Approximate number of characters in which held output is handed over. */
const PIECE = 1 << 16;

/**
 * The output of a session. During a burst of input it collects the output and hands it over together: one
 * write to a socket instead of hundreds. The client sees the same bytes in the same order.
 */
export class Outbox {
  readonly #output: (data: string | Uint8Array) => void;
  #holding = false;
  #held = '';
  #closed = false;

  constructor(output: (data: string | Uint8Array) => void) {
    this.#output = output;
  }

  /** Holds output until {@link release}. */
  hold(): void {
    this.#holding = true;
  }

  /** Hands over the held output. From now on everything goes out at once. */
  release(): void {
    this.#holding = false;
    this.flush();
  }

  write(data: string | Uint8Array): void {
    if (this.#closed) return;
    if (!this.#holding) {
      this.#output(data);
    } else if (typeof data === 'string') {
      this.#held += data;
      if (this.#held.length >= PIECE) this.flush();
    } else {
      this.flush();
      this.#output(data);
    }
  }

  /** Hands over the output that is held now. */
  flush(): void {
    if (this.#held === '') return;
    const held = this.#held;
    this.#held = '';
    this.#output(held);
  }

  /** Hands over the held output, and drops later output. */
  close(): void {
    this.flush();
    this.#closed = true;
  }
}
