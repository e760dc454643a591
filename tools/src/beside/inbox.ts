import type { Readable } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';

/** Lines of a stream, to be taken one by one with a deadline. */
export class Inbox {
  readonly #lines: string[] = [];
  #rest = '';
  #ended = false;
  #wake: () => void = () => {};

  constructor(stream?: Readable) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      const parts = (this.#rest + text).split('\n');
      this.#rest = parts.pop() ?? '';
      for (const part of parts) if (part.trim() !== '') this.#lines.push(part.trim());
      this.#wake();
    });
    stream?.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Whether nothing comes any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The next line; `undefined` at the end, or if none comes within so many ms. */
  async next(ms: number): Promise<string | undefined> {
    const until = performance.now() + ms;
    while (this.#lines.length === 0 && !this.#ended && performance.now() < until)
      await this.#activity(until - performance.now());
    return this.#lines.shift();
  }

  async #activity(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, Math.max(1, ms));
    });
    clearTimeout(timer);
  }
}
