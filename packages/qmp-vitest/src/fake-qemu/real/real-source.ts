import { guardProcess } from '../../qemu/orphan-guard.ts';
import type { FailedNext, RefusedCommandLine } from '../failures.ts';
import type { ImageCommand } from '../fixture-directory.ts';
import type { MachineSource, SourceListener } from '../machine-source.ts';
import { onlyAMock } from '../only-a-mock.ts';
import type { SpawnedCassettes } from '../spawned-cassettes.ts';
import { RealDirectory } from './real-directory.ts';
import { RealProcess } from './real-process.ts';
import type { RealStart } from './real-start.ts';

/** Parts of a {@link RealSource}. */
export interface RealSourceOptions {
  readonly directory: string;
  /** The QEMU that starts. */
  readonly binary: string;
  /** The cassettes to record. Default: nothing is recorded. */
  readonly cassettes?: SpawnedCassettes | undefined;
}

/** A source whose machines are real QEMUs. */
export class RealSource implements MachineSource {
  readonly backend: 'qemu' | 'record';
  /** A real QEMU says at its end only that it was refused. */
  readonly refusals = 0;
  readonly #listener: SourceListener;
  readonly #cassettes: SpawnedCassettes | undefined;
  readonly #directory: RealDirectory;
  /** Real QEMUs that started, those that were refused among them. */
  readonly #machines: RealProcess[] = [];
  #accepted = 0;

  private constructor({ directory, binary, cassettes }: RealSourceOptions, listener: SourceListener) {
    this.#listener = listener;
    this.#cassettes = cassettes;
    this.backend = cassettes === undefined ? 'qemu' : 'record';
    this.#directory = RealDirectory.open(directory, binary, (start) => void this.#started(start));
  }

  /** Makes the launchers and listens for them. */
  static open(options: RealSourceOptions, listener: SourceListener): RealSource {
    return new RealSource(options, listener);
  }

  get refused(): readonly RefusedCommandLine[] {
    return this.#machines.flatMap(({ commandLine, refusal: stderr }) =>
      stderr === undefined ? [] : [{ commandLine, stderr }],
    );
  }

  get imageCommands(): readonly ImageCommand[] {
    return onlyAMock('fakeQemu.imageCommands', this.backend);
  }

  failNext(): FailedNext {
    return onlyAMock('fakeQemu.failNext', this.backend);
  }

  /** A recording doesn't know how many there should be. */
  verify(): void {}

  async close(): Promise<void> {
    await Promise.all(this.#machines.map((vm) => vm.end()));
    this.#directory.close();
    this.#cassettes?.expect(this.#accepted);
  }

  async #started(start: RealStart): Promise<void> {
    const release = guardProcess(start.pid);
    void start.ended.then(release);
    const vm = new RealProcess(start);
    this.#machines.push(vm);
    if (!(await start.accepted)) {
      if (vm.refusal !== undefined) this.#listener.refuse(vm, vm.refusal, 1);
      return;
    }
    this.#accepted++;
    if (this.#cassettes !== undefined) vm.record(this.#cassettes, this.#accepted);
    if (start.ownPid !== start.pid) {
      // The one in the background has a process id of its own.
      release();
      void start.ended.then(guardProcess(start.ownPid));
    }
    this.#listener.hand(vm, this.#listener.meantBy(vm));
    await this.#listener.prepare(vm).catch(() => {});
  }
}
