import { setMaxListeners } from 'node:events';

/** An `AbortController` that is made when somebody looks at its signal: most mocks end without that. */
export class LazyAbortController {
  #controller: AbortController | undefined;
  #reason: (() => Error) | undefined;

  /** Each call that waits listens to it: that many listeners are no leak. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      setMaxListeners(0, this.#controller.signal);
      if (this.#reason !== undefined) this.#controller.abort(this.#reason());
    }
    return this.#controller.signal;
  }

  /**
   * Aborts; does nothing the second time.
   *
   * @param reason makes what those get who wait
   */
  abort(reason: () => Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason());
  }
}
