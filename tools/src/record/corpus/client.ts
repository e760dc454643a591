import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** How long what was written may take to get away, in ms. */
const DRAIN = 120_000;

/**
 * One connection of a case. What comes is kept until the run looks at it, as a driver with `select` would.
 */
export class Client {
  readonly name: string;
  /** False once the end was seen, or it was closed here. */
  open = true;
  /** Unread lines; `undefined` is the end. */
  readonly unread: (string | undefined)[] = [];
  /** A line whose end has not come. */
  rest = '';
  /** How many lines were looked at. */
  lines = 0;
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #active: () => void;

  /** @param active - Is called when something happens on it. */
  constructor(name: string, readable: Readable, writable: Writable, active: () => void) {
    this.name = name;
    this.#readable = readable;
    this.#writable = writable;
    this.#active = active;
    readable.setEncoding('latin1');
    readable.on('data', (text: string) => {
      this.unread.push(text);
      active();
    });
    for (const stream of new Set([readable, writable])) stream.on('error', () => {});
    // A half-open stream ends without being closed.
    for (const end of ['end', 'close']) {
      readable.once(end, () => {
        this.unread.push(undefined);
        active();
      });
    }
  }

  send(bytes: Uint8Array): void {
    this.#writable.write(bytes);
  }

  /** Settles when what was written has got away. */
  async drained(): Promise<void> {
    const until = performance.now() + DRAIN;
    while (this.#writable.writableLength > 0 && !this.#writable.destroyed && performance.now() < until) {
      this.#active();
      await delay(1);
    }
  }

  /** Ends the half that sends. */
  shutdown(): void {
    this.#writable.end();
  }

  close(): void {
    this.#readable.destroy();
    this.#writable.destroy();
    this.open = false;
  }
}
