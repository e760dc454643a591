import { Scratch } from '../lib/scratch.ts';
import { Lines } from './lines.ts';
import { NO_MACHINE } from './monitor.ts';
import { QemuProcess } from './process.ts';
import type { Program } from './program.ts';
import { reach } from './sockets.ts';

/** How long a conversation may be silent before it counts as a hang, in ms. */
const DEADLINE = 10_000;

/** A QEMU without a machine to speak of, whose one monitor listens: for one conversation after another. */
export class IdleMonitor implements AsyncDisposable {
  readonly #scratch = new Scratch('qt-');
  readonly #process: QemuProcess;

  /** @param options - `pretty`: as the monitor option with that name. */
  constructor(program: Program, { pretty = false }: { pretty?: boolean } = {}) {
    this.#process = new QemuProcess(program, [
      ...NO_MACHINE,
      ...['-display', 'none'],
      ...['-chardev', `socket,id=qmp,path=${this.#path},server=on,wait=off`],
      ...['-mon', `chardev=qmp,mode=control,pretty=${pretty ? 'on' : 'off'}`],
    ]);
  }

  get #path(): string {
    return this.#scratch.file('qmp');
  }

  /** Begins a conversation; the one before it has to be over. */
  async connect(): Promise<Lines> {
    return new Lines(await reach(this.#path, this.#process), { deadline: DEADLINE });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
    this.#scratch[Symbol.dispose]();
  }
}
