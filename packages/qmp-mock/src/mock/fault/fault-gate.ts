import type { Outlet } from '../../process/chardev/connection.ts';
import type { Clock } from '../../engine/clock.ts';
import type { FaultBook } from './fault-book.ts';
import { bytesOf, type PassingMessage } from './fault-rule.ts';
import { ShapedOutlet } from './shaped-outlet.ts';

/** Options of {@link FaultGate}. */
export interface FaultGateOptions {
  /** Number of the connection. */
  readonly connection: number;
  readonly clock: Clock;
  readonly book: FaultBook;
  /** Writes to the stream. */
  readonly sink: (data: string | Uint8Array) => void;
  /** Ends the connection, once what was written has been sent. */
  readonly close: () => void;
  /** Ends it at once. */
  readonly reset: () => void;
  /** Told of a fault that strikes. */
  readonly onStrike?: ((name: string) => void) | undefined;
}

/** The gate that all output to one client passes. It lets a message pass, or applies a fault to it. */
export class FaultGate implements Outlet {
  readonly #options: FaultGateOptions;
  readonly #outlet: ShapedOutlet;

  constructor(options: FaultGateOptions) {
    this.#options = options;
    const { book, clock, connection, sink } = options;
    this.#outlet = new ShapedOutlet({ clock, sink, shape: () => book.shapeOf(connection) });
    book.watch(this.#outlet);
  }

  /**
   * Passes a message.
   *
   * @param write - Writes bytes in the message's place; without bytes, the message itself. The bytes have to
   *   come back to {@link write}.
   */
  pass(message: PassingMessage, write: (bytes?: Uint8Array) => void): void {
    const { book, connection, clock, close, reset, onStrike } = this.#options;
    const rule = book.take(message, connection);
    if (rule === undefined) {
      // As bytes it is a write of its own; as it is it may share one with others.
      if (book.shapeOf(connection).active) write(bytesOf(message));
      else write();
      return;
    }
    onStrike?.(rule.name);
    rule.apply(message, {
      clock,
      write,
      writeLate: (bytes, ms) => {
        this.#outlet.delayNext(bytes, ms);
        write(bytes);
      },
      close,
      reset,
    });
  }

  get held(): number {
    return this.#outlet.held;
  }

  write(data: string | Uint8Array): void {
    this.#outlet.write(data);
  }

  end(done: () => void): void {
    this.#outlet.end(done);
  }

  destroy(): void {
    this.#options.book.unwatch(this.#outlet);
    this.#outlet.destroy();
  }
}
