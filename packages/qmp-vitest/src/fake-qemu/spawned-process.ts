import type { Faults, Machine, MockQmp } from 'qmp-mock';
import type { QmpBackend } from '../options.ts';
import { quoteCommand } from '../qemu/quote.ts';
import { onlyAMock } from './only-a-mock.ts';
import { findOption } from './options.ts';

/** How a process was started. */
export interface ProcessStart {
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The part of a `FakeQemuProcess` that is the same for all: its start. */
export abstract class SpawnedProcess {
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Time on `performance.now` at which the test heard of it, in ms. */
  protected readonly began: number = performance.now();
  readonly #start: ProcessStart;

  constructor(start: ProcessStart) {
    this.name = start.name;
    this.pid = start.pid;
    this.argv = start.argv;
    this.cwd = start.cwd;
    this.#start = start;
  }

  get env(): Readonly<Record<string, string>> {
    return this.#start.env;
  }

  get commandLine(): string {
    return quoteCommand([this.name, ...this.argv]);
  }

  option(name: string): string | undefined {
    return findOption(this.argv, name);
  }
}

/** A process that no test can script: what only a mock can do throws. */
export abstract class UnscriptedProcess extends SpawnedProcess {
  abstract readonly backend: Exclude<QmpBackend, 'mock'>;

  get mock(): MockQmp {
    return onlyAMock('vm.mock', this.backend);
  }

  get machine(): Machine {
    return onlyAMock('vm.machine', this.backend);
  }

  get fault(): Faults {
    return onlyAMock('vm.fault', this.backend);
  }

  stderr(_text: string): void {
    onlyAMock('vm.stderr(…)', this.backend);
  }

  stdout(_text: string): void {
    onlyAMock('vm.stdout(…)', this.backend);
  }

  onSignal(): void {
    onlyAMock('vm.onSignal(…)', this.backend);
  }

  async exit(code: number = 0): Promise<void> {
    if (code !== 0) onlyAMock(`vm.exit(${code})`, this.backend);
    await this.endWell();
  }

  /** Ends as by SIGTERM. */
  protected abstract endWell(): Promise<void>;
}
