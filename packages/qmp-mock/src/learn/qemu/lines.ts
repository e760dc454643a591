import { clearTimeout, setTimeout } from 'node:timers';
import type { Duplex } from 'node:stream';

/** How long a program may say nothing before that counts as a hang, in ms. */
const DEADLINE = 60_000;

/** Reason why no line came: the stream has ended, or the program says nothing. */
export class NoLineError extends Error {
  override readonly name = 'NoLineError';
  readonly reason: 'ended' | 'silent';

  constructor(reason: 'ended' | 'silent', deadline: number) {
    super(reason === 'ended' ? 'the connection has ended' : `nothing came for ${deadline} ms`);
    this.reason = reason;
  }
}

/** The lines up to a wanted one, and whether that one came. */
export interface Section {
  readonly lines: string[];
  readonly end: 'found' | 'ended' | 'silent';
}

/**
 * A conversation that sends bytes and receives lines. A line ends with CRLF. Each of its characters is a byte
 * (Latin-1), so that bytes that aren't text survive.
 */
export class Lines implements AsyncDisposable {
  readonly #stream: Duplex;
  readonly #deadline: number;
  readonly #lines: string[] = [];
  #rest = '';
  #ended = false;
  #wake: (() => void) | undefined;

  /** @param options - `deadline`: how long the program may say nothing, in ms; 60 000 by default. */
  constructor(stream: Duplex, { deadline = DEADLINE }: { readonly deadline?: number } = {}) {
    this.#stream = stream;
    this.#deadline = deadline;
    stream.setEncoding('latin1');
    stream.on('data', (text: string) => {
      // A line without CRLF stays as it is, so that it shows as a difference.
      const lines = (this.#rest + text).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#lines.push(line);
      this.#wake?.();
    });
    stream.on('error', () => {});
    for (const end of ['end', 'close']) {
      stream.on(end, () => {
        this.#ended = true;
        this.#wake?.();
      });
    }
  }

  /** Sends bytes, or text as UTF-8. */
  send(bytes: Uint8Array | string): void {
    if (bytes.length > 0) this.#stream.write(bytes);
  }

  /** Ends this side of the conversation; the other may go on. */
  end(): void {
    this.#stream.end();
  }

  /**
   * The next line.
   *
   * @param deadline - How long it may take, in ms; by default what was given at first.
   * @throws NoLineError at the end of the stream, and if nothing comes.
   */
  async line(deadline: number = this.#deadline): Promise<string> {
    while (this.#lines.length === 0) {
      if (this.#ended) throw new NoLineError('ended', deadline);
      if (!(await this.#activity(deadline))) throw new NoLineError('silent', deadline);
    }
    return this.#lines.shift()!;
  }

  /** Every line up to one that satisfies `last` (included), or until no line comes. */
  async linesUntil(last: (line: string) => boolean): Promise<Section> {
    const lines: string[] = [];
    for (;;) {
      try {
        const line = await this.line();
        lines.push(line);
        if (last(line)) return { lines, end: 'found' };
      } catch (error) {
        if (!(error instanceof NoLineError)) throw error;
        return { lines, end: error.reason };
      }
    }
  }

  /** Everything up to the end of the stream, as it came. */
  async rest(): Promise<string> {
    const { lines } = await this.linesUntil(() => false);
    return lines.map((line) => `${line}\r\n`).join('') + this.#rest;
  }

  /** Breaks the connection off, and waits until it is closed. */
  async close(): Promise<void> {
    this.#stream.destroy();
    if (!this.#stream.closed) await new Promise((resolve) => void this.#stream.once('close', resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Settles at the next thing that happens: `false` if that is the deadline. */
  async #activity(deadline: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve) => {
        this.#wake = () => resolve(true);
        timer = setTimeout(() => resolve(false), deadline);
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
