import type { Duplex } from 'node:stream';
import type { ClientStream } from '../host.ts';
import { Chardev } from './chardev.ts';
import { drained } from './drained.ts';

/** Standard input and output. The end of the input ends nothing: QEMU lives on. */
export class StdioChardev extends Chardev {
  readonly kind = 'stdio';
  readonly #open: () => Duplex;
  #stream: Duplex | undefined;

  /** @param open - Gives the two as one stream, when they are first needed. */
  constructor(label: string, open: () => Duplex) {
    super(label);
    this.#open = open;
  }

  get filename(): string {
    return 'stdio';
  }

  override relay(take: (stream: ClientStream) => void): void {
    take((this.#stream ??= this.#open()));
  }

  override async release(): Promise<void> {
    if (this.frontend === undefined) this.#stream?.destroy();
    else this.frontend.disconnect();
  }

  override async drained(grace: number): Promise<void> {
    if (this.#stream !== undefined) await drained(this.#stream, grace);
  }

  protected onAttach(): void {
    this.#stream ??= this.#open();
    this.frontend?.connect(this.#stream, () => {});
  }
}
