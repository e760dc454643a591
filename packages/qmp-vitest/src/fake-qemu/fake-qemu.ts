import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { QmpStateError } from 'qmp-core';
import { blame, CallSite } from 'qmp-core/internal';
import type { MockQmpOptions } from 'qmp-mock';
import { assertFault } from '../fault-proxy.ts';
import { EMULATORS } from './emulators.ts';
import type { FailedNext, FailOptions, RefusedCommandLine } from './failures.ts';
import type { FakeQemuProcess } from './fake-qemu-process.ts';
import type { ImageCommand } from './fixture-directory.ts';
import { LaunchedSource } from './launched-source.ts';
import { areNextOptions, MachineQueue, type NextOptions } from './machine-queue.ts';
import type { MachineSource, SourceListener } from './machine-source.ts';
import { RealSource } from './real/real-source.ts';
import type { SpawnedCassettes } from './spawned-cassettes.ts';
import type { StartFilter } from './start-filter.ts';

/** Prepares a machine that has started, before its first answer. */
export type StartListener = (vm: FakeQemuProcess) => unknown;

/** Options of {@link FakeQemu.open}. */
export interface FakeQemuOptions {
  /** A private directory with a short path. */
  readonly directory: string;
  readonly mockOptions: MockQmpOptions;
  /** The real QEMU that starts in place of a mock. Default: none. */
  readonly binary?: string | undefined;
  /** The cassettes to record the real QEMU in, or to play if there isn't one. Default: none. */
  readonly cassettes?: SpawnedCassettes | undefined;
  /** Default of `timeout` of {@link NextOptions}, in ms. */
  readonly patience: number;
}

/**
 * A directory to put on `PATH`, for code under test that spawns QEMU itself. Each `qemu-system-*` in it
 * starts a small process with QEMU's sockets, pid file, messages and exit codes. A {@link FakeQemuProcess} in
 * the test answers for it.
 *
 * Everything that QEMU does before a client talks to its monitor happens without the test. So code that
 * starts QEMU with `spawnSync` and `-daemonize` works, and gets its answers when the test is free again.
 *
 * @example
 * test('starts a machine', async ({ fakeQemu }) => {
 *   const starting = startMachine({ env: fakeQemu.env })  // code under test
 *   const vm = await fakeQemu.next()
 *   expect(vm.argv).toContain('-nodefaults')
 *   await starting
 *   await vm.exit(1)
 * })
 */
export class FakeQemu {
  /** The directory, with a launcher for each of QEMU's system emulators. */
  readonly directory: string;
  /** `PATH` with the directory in front. */
  readonly path: string;
  readonly #machines: FakeQemuProcess[] = [];
  readonly #queue: MachineQueue;
  readonly #startListeners: StartListener[] = [];
  readonly #errors: unknown[] = [];
  /** The errors of `onStart` listeners, by the machines that they were called for. */
  readonly #unprepared = new Map<FakeQemuProcess, unknown>();
  /** Links outside of the directory. */
  readonly #placed: string[] = [];
  #source: MachineSource | undefined;

  private constructor({ directory, patience }: FakeQemuOptions) {
    this.directory = directory;
    this.#queue = new MachineQueue({
      directory,
      patience,
      refusals: () => this.#machineSource.refusals,
      lastRefused: () => this.refused.at(-1),
    });
    this.path = [directory, process.env['PATH']].filter((part) => part !== undefined).join(delimiter);
  }

  /** Makes the launchers and listens for them. Called by the fixture. */
  static async open(options: FakeQemuOptions): Promise<FakeQemu> {
    const { directory, binary } = options;
    await assertFault();
    const fake = new FakeQemu(options);
    for (const name of EMULATORS) symlinkSync('launcher', join(directory, name));
    const listener: SourceListener = {
      meantBy: (command) => fake.#queue.meantBy(command),
      hand: (vm, waiting) => {
        fake.#machines.push(vm);
        fake.#queue.hand(vm, waiting);
      },
      prepare: (vm) => fake.#prepare(vm),
      refuse: (...refused) => fake.#queue.refuse(...refused),
      failed: (error) => void fake.#errors.push(error),
    };
    fake.#source =
      binary === undefined
        ? await LaunchedSource.open(options, listener)
        : RealSource.open({ ...options, binary }, listener);
    return fake;
  }

  get #machineSource(): MachineSource {
    return this.#source!;
  }

  /** This process's environment with that `PATH`. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: this.path };
  }

  /** Every machine that has started, whether `next` has returned it or not; oldest first. */
  get machines(): readonly FakeQemuProcess[] {
    return this.#machines;
  }

  /**
   * Gives the path of an emulator, for code under test that takes one by a setting instead of looking on
   * `PATH`.
   *
   * @param name - Default: `qemu-system-x86_64`.
   * @example
   * await startMachine({ qemuBinary: fakeQemu.program('qemu-kvm') });
   */
  program(name: string = 'qemu-system-x86_64'): string {
    if (!EMULATORS.includes(name)) {
      throw new QmpStateError(
        `There is no ${name} in ${this.directory}: there are qemu-system-* of QEMU's targets, qemu-kvm and kvm. ` +
          'For another name use `fakeQemu.placeAt(path)`.',
      );
    }
    return join(this.directory, name);
  }

  /**
   * Puts an emulator at a path that the code under test insists on, such as `<prefix>/libexec/qemu-kvm`. It
   * is removed at the end of the test.
   *
   * @param path - A path that doesn't exist yet. Missing folders are made, and stay.
   * @returns The path.
   * @throws QmpStateError if the path exists.
   */
  placeAt(path: string): string {
    mkdirSync(dirname(path), { recursive: true });
    try {
      symlinkSync(join(this.directory, 'launcher'), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new QmpStateError(
        `There is something at ${path} already: \`fakeQemu.placeAt\` replaces nothing.`,
        {
          cause: error,
        },
      );
    }
    this.#placed.push(path);
    return path;
  }

  /**
   * Every start that ended because QEMU refuses its command line or can't open what that names; oldest first.
   */
  get refused(): readonly RefusedCommandLine[] {
    return this.#machineSource.refused;
  }

  /**
   * Every `qemu-img` that the code under test has run to its end; oldest first. It reads and writes real
   * `raw` and `qcow2` images; what isn't modelled says so and ends with exit code 1.
   *
   * @throws QmpStateError if the machines are real QEMUs: the code under test runs the system's own
   *   `qemu-img` then.
   *
   * @example
   * await makeDisk('disk.qcow2', { env: fakeQemu.env }); // code under test
   * expect(fakeQemu.imageCommands.at(-1)?.argv).toEqual(['create', '-f', 'qcow2', 'disk.qcow2', '20G']);
   */
  get imageCommands(): readonly ImageCommand[] {
    return this.#machineSource.imageCommands;
  }

  /**
   * Calls back for each machine that starts from now on, before its first answer. Use it to script machines
   * that the test doesn't wait for.
   *
   * @param listener - The callback. It may be asynchronous: clients of the machine wait for it. If it throws,
   *   the machine ends and the test fails.
   * @returns A function that removes the listener.
   * @example
   * fakeQemu.onStart((vm) => vm.mock.handle('query-block', []));
   * execFileSync('my-vm-manager', ['up'], { env: fakeQemu.env });
   */
  onStart(listener: StartListener): () => void {
    this.#startListeners.push(listener);
    return () => {
      const at = this.#startListeners.indexOf(listener);
      if (at >= 0) this.#startListeners.splice(at, 1);
    };
  }

  /**
   * Waits for the next machine that the code under test starts, or has already started. It returns each
   * machine once, in order.
   *
   * @param filter - Says which machine is meant, if several start: by options of its command line, or by a
   *   function.
   * @throws QmpTimeoutError if none starts in time.
   * @throws QemuLaunchError if QEMU refuses the command line of one that is meant, with QEMU's words, at
   *   once. A start that was refused before the call doesn't count.
   * @throws QmpStateError if `mockOptions` come too late, because the machine has already started.
   * @example
   * const [source, target] = await Promise.all([
   *   fakeQemu.next({ name: 'source' }),
   *   fakeQemu.next((vm) => vm.option('-incoming') !== undefined),
   * ]);
   */
  next(filter: StartFilter | undefined, options?: NextOptions): Promise<FakeQemuProcess>;
  next(options?: NextOptions): Promise<FakeQemuProcess>;
  async next(first: StartFilter | NextOptions = {}, second?: NextOptions): Promise<FakeQemuProcess> {
    const isOptions = second === undefined && areNextOptions(first);
    const filter = isOptions ? undefined : (first as StartFilter);
    const options = isOptions ? first : (second ?? {});
    const site = new CallSite();
    try {
      return await this.#queue.next(filter, options);
    } catch (error) {
      throw blame(error, site);
    }
  }

  /**
   * Makes the next start fail, as QEMU fails with an unknown device. A start that QEMU would refuse anyway
   * doesn't count.
   *
   * @returns An object that tells whether it has happened.
   * @example
   * const failure = fakeQemu.failNext({ stderr: 'qemu-system-x86_64: Cannot allocate memory\n' });
   * await expect(startMachine({ env: fakeQemu.env })).rejects.toThrow('Cannot allocate memory');
   * expect(failure.happened).toBe(true);
   */
  failNext(options: FailOptions = {}): FailedNext {
    return this.#machineSource.failNext(options);
  }

  /** Remarks about a machine that may explain a failure. Called by the fixture. */
  findings(vm: FakeQemuProcess): string | undefined {
    const own = vm.findings();
    if (!this.#unprepared.has(vm)) return own;
    const thrown = `it was ended, because a listener of \`fakeQemu.onStart\` threw:\n  ✗ ${String(this.#unprepared.get(vm))}`;
    return own === undefined ? thrown : `${thrown}\n${own}`;
  }

  /**
   * Checks that all machines of a recording have started. Called by the fixture when the test has passed.
   *
   * @throws CassetteDriftError that lists those that haven't.
   */
  verify(): void {
    this.#machineSource.verify();
  }

  /**
   * Ends every machine. Called by the fixture. Rejects with the error that an `onStart` listener has thrown.
   */
  async close(): Promise<void> {
    for (const path of this.#placed) rmSync(path, { force: true });
    await this.#machineSource.close();
    await Promise.all(this.#machines.map((vm) => vm.exited));
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  async #prepare(vm: FakeQemuProcess): Promise<void> {
    try {
      for (const listener of this.#startListeners) await listener(vm);
    } catch (error) {
      this.#errors.push(error);
      this.#unprepared.set(vm, error);
      void (vm.backend === 'mock' ? vm.exit(1) : vm.exit());
      throw error;
    }
  }
}
