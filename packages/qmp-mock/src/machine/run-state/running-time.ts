import type { Clock } from '../../engine/clock.ts';

/**
 * How long a guest has run, with its pauses left out: QEMU's virtual clock, as far as anything depends on it.
 */
export class RunningTime {
  readonly #clock: Pick<Clock, 'now'>;
  /** Running time in µs when the guest was last stopped. */
  #passed = 0;
  /** When it was started, in µs, or `undefined` while it's stopped. */
  #since: number | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Whether the guest has run at all. */
  get hasBegun(): boolean {
    return this.#since !== undefined || this.#passed > 0;
  }

  /** How long it has run, in ms. */
  get ms(): number {
    const running = this.#since === undefined ? 0 : this.#clock.now() - this.#since;
    return (this.#passed + running) / 1000;
  }

  /** The guest runs from now on, or has stopped. */
  set running(running: boolean) {
    if (running === (this.#since !== undefined)) return;
    const now = this.#clock.now();
    if (this.#since === undefined) {
      this.#since = now;
    } else {
      // A guest that was stopped in the moment in which it was started has run all the same.
      this.#passed += Math.max(1, now - this.#since);
      this.#since = undefined;
    }
  }
}
