import { Duplex } from 'node:stream';
import { Chardev } from './chardev.ts';

/** Standard input and output. The end of the input ends nothing: QEMU lives on. */
export class StdioChardev extends Chardev {
  readonly kind = 'stdio';
  #stream: Duplex | undefined;

  get filename(): string {
    return 'stdio';
  }

  close(): Promise<void> {
    process.stdin.pause();
    return new Promise((resolve) => {
      process.stdout.write('', () => resolve());
    });
  }

  protected onAttach(): void {
    this.#stream = stdio();
    this.frontend?.connect(this.#stream, () => {});
  }
}

/** One stream of the two; its readable side stays open when the input has ended. */
function stdio(): Duplex {
  const stream = new Duplex({
    read() {
      process.stdin.resume();
    },
    write(chunk: Uint8Array, _encoding, done) {
      process.stdout.write(chunk, () => done());
    },
  });
  process.stdin.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) process.stdin.pause();
  });
  process.stdin.on('error', () => {});
  process.stdout.on('error', () => {});
  return stream;
}
