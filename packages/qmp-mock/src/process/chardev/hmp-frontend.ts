import type { Duplex } from 'node:stream';
import type { Machine } from '../../machine/machine.ts';
import { NotModelledError } from '../../engine/not-modelled.ts';
import type { Frontend } from './chardev.ts';
import { Readline } from './readline.ts';

/** The human monitor on a chardev (`-monitor`, `-object monitor-hmp`). */
export class HmpFrontend implements Frontend {
  readonly #machine: () => Machine;
  readonly #isEnding: () => boolean;
  readonly #onNotModelled: ((what: string) => void) | undefined;
  #stream: Duplex | undefined;

  /**
   * @param machine - Gives the machine that lines are run on.
   * @param isEnding - Whether the machine is about to go: then there is no prompt any more.
   * @param onNotModelled - Told of each line that the machine does not model.
   */
  constructor(machine: () => Machine, isEnding: () => boolean, onNotModelled?: (what: string) => void) {
    this.#onNotModelled = onNotModelled;
    this.#machine = machine;
    this.#isEnding = isEnding;
  }

  connect(stream: Duplex, left: () => void): void {
    this.#stream = stream;
    const write = (text: string): void => {
      if (!stream.writableEnded) stream.write(text, 'latin1');
    };
    const readline = new Readline('(qemu) ', write, (line) => {
      write(this.#run(line));
      if (!this.#isEnding()) readline.start();
    });
    const { qemu } = this.#machine().profile.version;
    write(`QEMU ${qemu.major}.${qemu.minor}.${qemu.micro} monitor - type 'help' for more information\r\n`);
    readline.start();
    stream.on('data', (chunk: Buffer) => {
      for (const byte of chunk) readline.key(byte);
    });
    stream.once('end', () => stream.end());
    stream.once('close', () => {
      if (this.#stream === stream) this.#stream = undefined;
      left();
    });
  }

  disconnect(): void {
    const stream = this.#stream;
    stream?.end(() => stream.destroy());
  }

  #run(line: string): string {
    try {
      return this.#machine().humanMonitor.run(line);
    } catch (error) {
      if (!(error instanceof NotModelledError)) throw error;
      this.#onNotModelled?.(error.what);
      return `${error.desc}\r\n`;
    }
  }
}
