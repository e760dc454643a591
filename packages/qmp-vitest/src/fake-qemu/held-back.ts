/** Keeps what comes until somebody takes it; who takes it gets what came before first. */
export class HeldBack<T extends readonly unknown[]> {
  readonly #kept: T[] = [];
  #taker: ((...arrived: T) => void) | undefined;

  /** Gives something to the taker, or keeps it for one. */
  put(...arrived: T): void {
    if (this.#taker === undefined) this.#kept.push(arrived);
    else this.#taker(...arrived);
  }

  /** Sets the taker. */
  take(taker: (...arrived: T) => void): void {
    this.#taker = taker;
    for (const arrived of this.#kept.splice(0)) taker(...arrived);
  }

  /** Gives up what nobody has taken. */
  drop(): readonly T[] {
    return this.#kept.splice(0);
  }
}
