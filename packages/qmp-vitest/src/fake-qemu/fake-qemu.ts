import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { QmpStateError, QmpTimeoutError } from 'qmp-core';
import { Redactor, visible } from 'qmp-core/redact';
import type { MockQmpOptions } from 'qmp-mock';
import { findVersion, loadProfile } from 'qmp-mock/process';
import { guardProcess } from '../qemu/orphan-guard.ts';
import { QemuLaunchError } from '../qemu/errors.ts';
import { quoteCommand } from '../qemu/quote.ts';
import { ControlServer } from './control-server.ts';
import { EMULATORS } from './emulators.ts';
import { FakeQemuProcess } from './fake-qemu-process.ts';
import { FixtureDirectory, type FailedStart } from './fixture-directory.ts';
import type { LauncherLink } from './launcher-link.ts';
import { qemuCommand, type QemuCommand } from './qemu-command.ts';
import { describeFilter, isMeant, type StartFilter } from './start-filter.ts';

/** Options of {@link FakeQemu.next}. */
export interface NextOptions {
  /**
   * Deadline in ms. Default: four fifths of the test's own time limit, so that this wait fails first and
   * explains why.
   */
  timeout?: number | undefined;
  /** Gives up: rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Options of the mock, laid over the test's `mockOptions`. For a QEMU that hasn't started yet. */
  mockOptions?: MockQmpOptions | undefined;
}

/** Options of {@link FakeQemu.failNext}. */
export interface FailOptions {
  /** Text that it writes to stderr. */
  stderr?: string | undefined;
  /** Its exit code. Default: 1. */
  code?: number | undefined;
}

/** A start that was made to fail. */
export interface FailedNext {
  /** Whether a QEMU has started and failed. */
  readonly happened: boolean;
}

/** A start that QEMU would have refused. */
export interface RefusedCommandLine {
  /** The command line, quoted for a POSIX shell. */
  readonly commandLine: string;
  /** The text that it wrote to stderr, in QEMU's own words, before it ended with exit code 1. */
  readonly stderr: string;
}

/** Prepares a machine that has started, before its first answer. */
export type StartListener = (vm: FakeQemuProcess) => unknown;

/** Options of {@link FakeQemu.open}. */
export interface FakeQemuOptions {
  /** A private directory with a short path. */
  readonly directory: string;
  readonly mockOptions: MockQmpOptions;
  /** Default of {@link NextOptions.timeout}, in ms. */
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
  readonly #files: FixtureDirectory;
  readonly #mockOptions: MockQmpOptions;
  readonly #machines: FakeQemuProcess[] = [];
  readonly #untaken: FakeQemuProcess[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #startListeners: StartListener[] = [];
  readonly #errors: unknown[] = [];
  readonly #patience: number;
  /** Links outside of the directory. */
  readonly #placed: string[] = [];
  #planned = 0;
  /** How many failed starts have been told of. */
  #toldRefusals = 0;
  /** The failed starts at the time when the directory was removed. */
  #failedStarts: readonly FailedStart[] | undefined;
  #control: ControlServer | undefined;

  private constructor({ directory, mockOptions, patience }: FakeQemuOptions) {
    this.directory = directory;
    this.#files = new FixtureDirectory(directory);
    this.#mockOptions = mockOptions;
    this.#patience = patience;
    this.path = [directory, process.env['PATH']].filter((part) => part !== undefined).join(delimiter);
  }

  /** Makes the launchers and listens for them. Called by the fixture. */
  static async open(options: FakeQemuOptions): Promise<FakeQemu> {
    const { directory, mockOptions } = options;
    const fake = new FakeQemu(options);
    // Looks at the folder, which launchers then don't have to.
    loadProfile(mockOptions.qemu);
    fake.#files.prepare(findVersion(mockOptions.qemu));
    fake.#control = await ControlServer.listen(fake.#files.controlSocket, {
      onLauncher: (launcher) => fake.#started(launcher),
      onRefused: () => fake.#refusedNow(),
    });
    writeFileSync(join(directory, 'launcher'), launcherScript(), { mode: 0o700 });
    // Whatever a package.json further up says.
    writeFileSync(join(directory, 'package.json'), '{ "type": "commonjs" }\n');
    for (const name of EMULATORS) symlinkSync('launcher', join(directory, name));
    return fake;
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
   * Gives the path of an emulator, for code under test that takes one by a setting instead of looking on `PATH`.
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
   * Puts an emulator at a path that the code under test insists on, such as `<prefix>/libexec/qemu-kvm`. It goes at the end of the test.
   *
   * @param path - Where nothing is yet. Missing folders are made, and stay.
   * @returns The path.
   * @throws QmpStateError if something is there.
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
    return (this.#failedStarts ?? this.#files.failedStarts)
      .filter(({ planned }) => planned === undefined)
      .map(({ command, stderr }) => ({ commandLine: quoteCommand(command), stderr }));
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
   * @param filter - Says which machine is meant, if several start: by options of its command line, or by a function.
   * @throws QmpTimeoutError if none starts in time.
   * @throws QemuLaunchError if QEMU refuses the command line of one that is meant, with QEMU's words, at once. A start
   *   that was refused before the call doesn't count.
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
    const vm = this.#untaken.find((started) => isMeant(filter, started));
    if (vm === undefined) return this.#wait(filter, options);
    this.#untaken.splice(this.#untaken.indexOf(vm), 1);
    if (options.mockOptions === undefined) return vm;
    throw new QmpStateError(
      `\`${vm.commandLine}\` had started before \`fakeQemu.next({ mockOptions })\` was called: call it before the code under test ` +
        'starts QEMU, or give the test its `mockOptions` by `test.override`.',
    );
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
  failNext({ stderr = 'qemu-system-x86_64: cannot start\n', code = 1 }: FailOptions = {}): FailedNext {
    const files = this.#files;
    const number = ++this.#planned;
    files.planFailure({ number, stderr, code });
    return {
      get happened() {
        return files.isClaimed(number);
      },
    };
  }

  /**
   * Ends every machine. Called by the fixture. Rejects with the error that an `onStart` listener has thrown.
   */
  async close(): Promise<void> {
    for (const path of this.#placed) rmSync(path, { force: true });
    await this.#control?.close();
    await Promise.all(this.#machines.map((vm) => vm.exited));
    this.#failedStarts = this.#files.failedStarts;
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  #started(launcher: LauncherLink): void {
    // It ends when this process does, but a fork worker outlives a Vitest that was killed.
    void launcher.ended.then(guardProcess(launcher.start.pid));
    let waiting: Waiting | undefined;
    let vm: FakeQemuProcess;
    try {
      waiting = this.#meantBy(qemuCommand(launcher.start.name, launcher.start.argv));
      const options = { ...this.#mockOptions, ...waiting?.mockOptions };
      vm = new FakeQemuProcess(launcher, options, (started) => this.#prepare(started));
    } catch (error) {
      launcher.tell({ type: 'vanish' });
      if (waiting === undefined) this.#errors.push(error);
      return waiting?.reject(error);
    }
    this.#machines.push(vm);
    if (waiting === undefined) this.#untaken.push(vm);
    else waiting.resolve(vm);
  }

  /** Finds the `next` that waits for a machine. A filter that throws is the end of its own wait. */
  #meantBy(command: QemuCommand): Waiting | undefined {
    for (const waiting of [...this.#waiting]) {
      try {
        if (isMeant(waiting.filter, command)) return waiting;
      } catch (error) {
        waiting.reject(error);
      }
    }
    return undefined;
  }

  /** Tells those that wait of starts that were refused since they began. */
  #refusedNow(): void {
    const failed = this.#files.failedStarts;
    for (const [index, { command, stderr, exitCode, planned }] of failed.entries()) {
      if (index < this.#toldRefusals || planned !== undefined) continue;
      const [name = '', ...argv] = command;
      const waiting = this.#meantBy(qemuCommand(name, argv));
      if (waiting !== undefined && waiting.since <= index) waiting.reject(refusal(command, stderr, exitCode));
    }
    this.#toldRefusals = failed.length;
  }

  async #prepare(vm: FakeQemuProcess): Promise<void> {
    try {
      for (const listener of this.#startListeners) await listener(vm);
    } catch (error) {
      this.#errors.push(error);
      void vm.exit(1);
      throw error;
    }
  }

  #wait(
    filter: StartFilter | undefined,
    { timeout = this.#patience, signal, mockOptions }: NextOptions,
  ): Promise<FakeQemuProcess> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        act();
      };
      const waiting: Waiting = {
        filter,
        since: this.#files.failedStarts.length,
        mockOptions,
        resolve: (vm) => settle(() => resolve(vm)),
        reject: (error) => settle(() => reject(error)),
      };
      const abort = (): void => waiting.reject(signal?.reason);
      const late = (): void => waiting.reject(this.#late(filter, timeout));
      const timer = timeout <= MAX_TIMER ? setTimeout(late, timeout) : undefined;
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  #late(filter: StartFilter | undefined, timeout: number): QmpTimeoutError {
    const refused = this.refused.at(-1);
    const others = this.#untaken.map(({ commandLine }) => `\n  ${commandLine}`).join('');
    const message =
      others !== ''
        ? `No QEMU${describeFilter(filter)} was started within ${timeout} ms. These were:${others}`
        : refused === undefined
          ? `No qemu-system-* was started from ${this.directory} within ${timeout} ms. ` +
            'Is that directory the first on the PATH of the code under test (`fakeQemu.env`)?'
          : `No qemu-system-* came up within ${timeout} ms. One ended at once, because QEMU refuses its command line:\n` +
            `  ${refused.commandLine}\n  ${refused.stderr.trim().replaceAll('\n', '\n  ')}`;
    return new QmpTimeoutError(message, { timeout });
  }
}

/** A pending `next`. */
interface Waiting {
  readonly filter: StartFilter | undefined;
  /** How many starts had failed when it began. */
  readonly since: number;
  readonly mockOptions: MockQmpOptions | undefined;
  resolve(vm: FakeQemuProcess): void;
  reject(error: unknown): void;
}

const NEXT_OPTIONS: ReadonlySet<string> = new Set([
  'timeout',
  'signal',
  'mockOptions',
] satisfies (keyof NextOptions)[]);

/** Whether it's options and not a filter: no option of QEMU has such a name. */
function areNextOptions(value: StartFilter | NextOptions): value is NextOptions {
  return typeof value === 'object' && Object.keys(value).every((name) => NEXT_OPTIONS.has(name));
}

function refusal(command: readonly string[], stderr: string, exitCode: number): QemuLaunchError {
  const redactor = new Redactor();
  const argv = redactor.argv(command);
  const words = redactor.text(visible(stderr));
  const message =
    'A QEMU that `fakeQemu.next()` waited for does not come up, because QEMU refuses its command line:\n' +
    `  ${visible(quoteCommand(argv), { oneLine: true })}\n  ${words.trim().replaceAll('\n', '\n  ')}`;
  return new QemuLaunchError(message, { argv, exit: { code: exitCode, signal: null }, stderr: words });
}

/** Longest time that a Node timer can run, in ms. Longer waits are treated as endless. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Longest interpreter that the kernel reads from a script's first line (`BINPRM_BUF_SIZE` of Linux before
 * 5.1).
 */
const SHEBANG_LIMIT = 127;

/**
 * The script that stands for each emulator. It runs this very Node, whatever `PATH` the code under test has.
 */
function launcherScript(): string {
  // Children are separate processes, which cannot read TypeScript: the built launcher, also from these
  // sources.
  const module = fileURLToPath(new URL('../../dist/launcher.cjs', import.meta.url));
  const shebang = `#!${process.execPath}`;
  const usable = shebang.length < SHEBANG_LIMIT && !/\s/.test(process.execPath);
  return [usable ? shebang : '#!/usr/bin/env node', `require(${JSON.stringify(module)});`, ''].join('\n');
}
