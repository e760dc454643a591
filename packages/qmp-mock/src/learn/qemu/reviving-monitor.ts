import type { Answer, Monitor, Request } from './monitor.ts';

/** A conversation that survives QEMU: if a request kills it or gets no answer, QEMU is started anew. */
export class RevivingMonitor implements AsyncDisposable {
  readonly #start: () => Promise<Monitor>;
  #monitor: Monitor | undefined;

  /** @param start - Starts QEMU; what fails there is not survived. */
  constructor(start: () => Promise<Monitor>) {
    this.#start = start;
  }

  /**
   * Sends a request and gives its reply; `undefined` if QEMU ended or hung at it. A fresh QEMU is asked once
   * more: what came before may have been what it died of.
   */
  async ask(request: Request): Promise<Answer | undefined> {
    return (await this.#try(request)) ?? (await this.#try(request));
  }

  async #try(request: Request): Promise<Answer | undefined> {
    const monitor = await this.monitor();
    try {
      return await monitor.ask(request);
    } catch {
      this.#monitor = undefined;
      await monitor.stop();
      return undefined;
    }
  }

  /** The conversation as it is now, for what would rather fail; a QEMU that has ended is started anew. */
  async monitor(): Promise<Monitor> {
    if (this.#monitor?.process.exit !== undefined) this.#monitor = undefined;
    this.#monitor ??= await this.#start();
    return this.#monitor;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#monitor?.stop();
  }
}
