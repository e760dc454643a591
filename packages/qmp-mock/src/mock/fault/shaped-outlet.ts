import { clearImmediate, setImmediate } from 'node:timers';
import type { Outlet } from '../../process/chardev/connection.ts';
import type { Clock, Waiting } from '../../engine/clock.ts';
import { isCut, nextCut, type Shape } from './shape.ts';

interface Entry {
  readonly bytes: Buffer;
  /** The shape at the time when it came, which cuts it. */
  readonly shape: Shape;
  /** Number of its bytes that have been written. */
  from: number;
  /** Whether its time has come. */
  ready: boolean;
  cancel: (() => void) | undefined;
}

/** Options of {@link ShapedOutlet}. */
export interface ShapedOutletOptions {
  readonly clock: Clock;
  /** Gives the present shape. */
  readonly shape: () => Shape;
  /** Writes to the stream. */
  readonly sink: (data: string | Uint8Array) => void;
}

/** Description of the delay, for a report. */
const HELD_BACK: Waiting = { kind: 'other', what: () => 'bytes that a fault holds back' };

/**
 * Writes its input in the requested shape, in order. Pieces each get their own turn of the event loop, so
 * that the reader sees them one by one.
 */
export class ShapedOutlet implements Outlet {
  readonly #options: ShapedOutletOptions;
  readonly #queue: Entry[] = [];
  readonly #delays = new WeakMap<Uint8Array, number>();
  #held = 0;
  #turn: NodeJS.Immediate | undefined;
  #done: (() => void) | undefined;
  #destroyed = false;

  constructor(options: ShapedOutletOptions) {
    this.#options = options;
  }

  get held(): number {
    return this.#held;
  }

  /** Holds these bytes back when they come, and everything behind them. */
  delayNext(bytes: Uint8Array, ms: number): void {
    this.#delays.set(bytes, ms);
  }

  write(data: string | Uint8Array): void {
    if (this.#destroyed) return;
    const shape = this.#options.shape();
    const delay = typeof data === 'string' ? undefined : this.#delays.get(data);
    if (!shape.active && delay === undefined && this.#queue.length === 0) {
      this.#options.sink(data);
      return;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data);
    const entry: Entry = { bytes, shape, from: 0, ready: true, cancel: undefined };
    this.#held += bytes.length;
    this.#queue.push(entry);
    const wait = (delay ?? 0) + (shape.delay ?? 0);
    if (wait > 0) {
      entry.ready = false;
      const release = (): void => {
        entry.ready = true;
        this.pump();
      };
      entry.cancel = this.#options.clock.after(wait, release, HELD_BACK);
    }
    this.pump();
  }

  end(done: () => void): void {
    this.#done = done;
    this.pump();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    for (const entry of this.#queue) entry.cancel?.();
    this.#queue.length = 0;
    this.#held = 0;
  }

  /** Writes what may be written now. It's also called when the shape has changed. */
  pump(): void {
    if (this.#turn !== undefined || this.#destroyed) return;
    const shape = this.#options.shape();
    while (this.#queue[0]?.ready === true && shape.stalled !== true) {
      if (shape.merge !== undefined && this.#done === undefined) {
        if (this.#queue.length < shape.merge) return;
        if (shape.merge === 0) return this.#nextTurn(() => this.#writeAll());
        this.#writeAll();
        continue;
      }
      const entry = this.#queue[0];
      const { bytes, from } = entry;
      entry.from = nextCut(bytes.length, from, entry.shape);
      const whole = entry.from === bytes.length;
      if (whole) this.#queue.shift();
      this.#held -= entry.from - from;
      this.#options.sink(bytes.subarray(from, entry.from));
      // The next piece of the same message, or the next message while messages are cut, has a turn of its
      // own.
      if (!whole || (this.#queue.length > 0 && isCut(shape))) return this.#nextTurn();
    }
    if (this.#queue.length === 0) {
      const done = this.#done;
      this.#done = undefined;
      done?.();
    }
  }

  #nextTurn(first?: () => void): void {
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      first?.();
      this.pump();
    });
  }

  /** Writes everything whose time has come at once. */
  #writeAll(): void {
    const ready: Buffer[] = [];
    while (this.#queue[0]?.ready === true) {
      const { bytes, from } = this.#queue.shift()!;
      ready.push(bytes.subarray(from));
    }
    const bytes = Buffer.concat(ready);
    this.#held -= bytes.length;
    if (bytes.length > 0) this.#options.sink(bytes);
  }
}
