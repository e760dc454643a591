/**
 * The order in which things happen around a command, as in QEMU's main loop: what was scheduled comes before
 * the reply, what waits for a disk comes after it. Outside of commands both come at once.
 */
export class MainLoop {
  readonly #soon: (() => void)[] = [];
  readonly #later: (() => void)[] = [];
  #depth = 0;

  /** Does something before the reply of the command that runs (a bottom half). */
  soon(action: () => void): void {
    this.#soon.push(action);
    if (this.#depth === 0) this.turn();
  }

  /** Does something after the reply of the command that runs (a disk has answered). */
  later(action: () => void): void {
    this.#later.push(action);
    if (this.#depth === 0) this.turn();
  }

  /**
   * Runs a command's part in jobs.
   *
   * @param afterReply - Calls back once the reply is out.
   */
  command<T>(afterReply: (action: () => void) => void, run: () => T): T {
    this.#depth += 1;
    try {
      return run();
    } finally {
      this.#drain();
      this.#depth -= 1;
      if (this.#depth === 0 && this.#later.length > 0) afterReply(() => this.turn());
    }
  }

  /** Does all that waits. */
  turn(run?: () => void): void {
    this.#depth += 1;
    try {
      run?.();
      do {
        this.#drain();
        this.#later.shift()?.();
      } while (this.#soon.length > 0 || this.#later.length > 0);
    } finally {
      this.#depth -= 1;
    }
  }

  /** Of what was scheduled together, the last comes first (`aio_bh_poll`). */
  #drain(): void {
    while (this.#soon.length > 0) for (const action of this.#soon.splice(0).toReversed()) action();
  }
}
