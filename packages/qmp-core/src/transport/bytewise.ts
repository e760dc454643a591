import type { Duplex } from 'node:stream';

/**
 * Writes one byte at a time, each after the system has taken the one before. Over TLS each byte becomes a
 * record of its own.
 *
 * QEMU takes one byte from its monitor's socket each time that the socket is readable. Over TLS, QEMU 7.2
 * does not see that the rest of the record has been decrypted already, waits for the socket, and never reads
 * it; QEMU 10.0 does better (both were tried). With one byte in a record there is no rest.
 */
export class BytewiseWriter {
  readonly #stream: Duplex;
  #pending: Buffer = Buffer.alloc(0);
  #busy: Promise<void> | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** Queues a text to be sent. */
  write(text: string): void {
    this.#pending = Buffer.concat([this.#pending, Buffer.from(text)]);
    this.#busy ??= this.#pump();
  }

  /** Resolves when everything is sent, or can't be sent. */
  async idle(): Promise<void> {
    await this.#busy;
  }

  async #pump(): Promise<void> {
    while (this.#pending.length > 0 && this.#stream.writable) {
      const byte = this.#pending.subarray(0, 1);
      this.#pending = this.#pending.subarray(1);
      await new Promise<void>((resolve) => this.#stream.write(byte, () => resolve()));
    }
    this.#busy = undefined;
  }
}

/** Whether a stream is TLS. */
export const isTls = (stream: Duplex): boolean => 'encrypted' in stream && stream.encrypted === true;
