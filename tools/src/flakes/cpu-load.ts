import { spawn, type ChildProcess } from 'node:child_process';

/** Turns in circles, and looks now and then whether its parent is still the one that started it. */
const SPIN = `const parent = Number(process.argv[1]); while (process.ppid === parent) for (let i = 0; i < 1e7; i++);`;

/** Processes that keep the CPUs busy. They end with this object, and with this process, however that ends. */
export class CpuLoad implements Disposable {
  readonly #processes: readonly ChildProcess[];

  /** @param count - How many processes: one for each CPU is a full load. */
  constructor(count: number) {
    this.#processes = Array.from({ length: count }, () =>
      spawn(process.execPath, ['--eval', SPIN, String(process.pid)], { stdio: 'ignore' }),
    );
  }

  /** Process ids of those that run. */
  get pids(): number[] {
    return this.#processes.flatMap(({ pid, exitCode, signalCode }) =>
      pid !== undefined && exitCode === null && signalCode === null ? [pid] : [],
    );
  }

  [Symbol.dispose](): void {
    for (const child of this.#processes) child.kill('SIGKILL');
  }
}
