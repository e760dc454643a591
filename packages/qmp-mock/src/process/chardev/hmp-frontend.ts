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
    /** Keys that come while a line has not been answered. */
    let typed: readonly number[] = [];
    let isBusy = false;
    const answer = (text: string): void => {
      write(text);
      if (!this.#isEnding()) readline.start();
    };
    const readline = new Readline('(qemu) ', write, (line) => {
      const output = this.#run(line);
      if (typeof output === 'string') return answer(output);
      isBusy = true;
      void answerLater(output);
    });
    const answerLater = async (output: Promise<string>): Promise<void> => {
      const text = await output;
      isBusy = false;
      answer(text);
      take([]);
    };
    const take = (keys: Iterable<number>): void => {
      const all = [...typed, ...keys];
      typed = [];
      for (const [index, key] of all.entries()) {
        if (isBusy) return void (typed = all.slice(index));
        readline.key(key);
      }
    };
    const { qemu } = this.#machine().profile.version;
    write(`QEMU ${qemu.major}.${qemu.minor}.${qemu.micro} monitor - type 'help' for more information\r\n`);
    readline.start();
    stream.on('data', (chunk: Buffer) => take(chunk));
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

  #run(line: string): string | Promise<string> {
    try {
      const output = this.#machine().humanMonitor.run(line);
      return typeof output === 'string' ? output : output.catch((error: unknown) => this.#refused(error));
    } catch (error) {
      return this.#refused(error);
    }
  }

  #refused(error: unknown): string {
    if (!(error instanceof NotModelledError)) throw error;
    this.#onNotModelled?.(error.what);
    return `${error.desc}\r\n`;
  }
}
