/** What is held is handed over in pieces of about so many characters. */
const PIECE = 1 << 16;

/**
 * The way out of a session. While a burst of input is dealt with, what is written is held and handed over together: one
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

  /** Holds what is written until {@link release}. */
  hold(): void {
    this.#holding = true;
  }

  /** Hands over what was held; from now on everything goes out at once. */
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

  /** Hands over what is held now. */
  flush(): void {
    if (this.#held === '') return;
    const held = this.#held;
    this.#held = '';
    this.#output(held);
  }

  /** Hands over what is held; what is written later is dropped. */
  close(): void {
    this.flush();
    this.#closed = true;
  }
}
