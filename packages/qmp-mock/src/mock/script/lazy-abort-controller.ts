import { setMaxListeners } from 'node:events';

/** An `AbortController` that is made when its signal is first used, because most mocks never use it. */
export class LazyAbortController {
  #controller: AbortController | undefined;
  #reason: (() => Error) | undefined;

  /** The signal. Each pending call listens to it, so many listeners aren't a leak. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      setMaxListeners(0, this.#controller.signal);
      if (this.#reason !== undefined) this.#controller.abort(this.#reason());
    }
    return this.#controller.signal;
  }

  /**
   * Aborts. The second call does nothing.
   *
   * @param reason - Makes the error for pending calls.
   */
  abort(reason: () => Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason());
  }
}
