import { Duplex } from 'node:stream';
import type { ClientStream } from '../host.ts';
import { Chardev } from './chardev.ts';
import { drained } from './drained.ts';

/** Standard input and output. The end of the input ends nothing: QEMU lives on. */
export class StdioChardev extends Chardev {
  readonly kind = 'stdio';
  readonly #open: () => Duplex;
  #stream: Duplex | undefined;

  /**
   * @param open - Gives standard input and output as one stream. It's called when they are first needed, and
   *   the stream's readable side may end.
   */
  constructor(label: string, open: () => Duplex) {
    super(label);
    this.#open = open;
  }

  get filename(): string {
    return 'stdio';
  }

  get #endless(): Duplex {
    return (this.#stream ??= withoutEnd(this.#open()));
  }

  override relay(take: (stream: ClientStream) => void): void {
    take(this.#endless);
  }

  override async release(): Promise<void> {
    if (this.frontend === undefined) this.#stream?.destroy();
    else this.frontend.disconnect();
  }

  override async drained(grace: number): Promise<void> {
    if (this.#stream !== undefined) await drained(this.#stream, grace);
  }

  protected onAttach(): void {
    this.frontend?.connect(this.logged(this.#endless), () => {});
  }
}

/** A stream whose readable side stays open when that of another, which it passes on, has ended. */
function withoutEnd(inner: Duplex): Duplex {
  const stream = new Duplex({
    read: () => void inner.resume(),
    write: (chunk: Uint8Array, _encoding, done) => void inner.write(chunk, () => done()),
    final: (done) => void inner.end(() => done()),
    destroy: (error, done) => {
      inner.destroy();
      done(error);
    },
  });
  inner.allowHalfOpen = true;
  inner.on('data', (chunk: Uint8Array) => {
    if (!stream.push(chunk)) inner.pause();
  });
  inner.on('error', () => {});
  return stream;
}
