import { symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { QmpStateError, QmpTimeoutError } from 'qmp-core';
import type { MockQmpOptions } from 'qmp-mock';
import { findVersion, loadProfile } from 'qmp-mock/process';
import { guardProcess } from '../qemu/orphan-guard.ts';
import { quoteCommand } from '../qemu/quote.ts';
import { ControlServer } from './control-server.ts';
import { EMULATORS } from './emulators.ts';
import { FakeQemuProcess } from './fake-qemu-process.ts';
import { FixtureDirectory, type FailedStart } from './fixture-directory.ts';
import type { LauncherLink } from './launcher-link.ts';

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
  #planned = 0;
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
    fake.#control = await ControlServer.listen(fake.#files.controlSocket, (launcher) =>
      fake.#started(launcher),
    );
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
   * @throws QmpTimeoutError if none starts in time.
   * @throws QmpStateError if `mockOptions` come too late, because the machine has already started.
   */
  async next(options: NextOptions = {}): Promise<FakeQemuProcess> {
    const vm = this.#untaken.shift();
    if (vm === undefined) return this.#wait(options);
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
    await this.#control?.close();
    await Promise.all(this.#machines.map((vm) => vm.exited));
    this.#failedStarts = this.#files.failedStarts;
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  #started(launcher: LauncherLink): void {
    // It ends when this process does, but a fork worker outlives a Vitest that was killed.
    void launcher.ended.then(guardProcess(launcher.start.pid));
    const waiting = this.#waiting.shift();
    let vm: FakeQemuProcess;
    try {
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

  async #prepare(vm: FakeQemuProcess): Promise<void> {
    try {
      for (const listener of this.#startListeners) await listener(vm);
    } catch (error) {
      this.#errors.push(error);
      void vm.exit(1);
      throw error;
    }
  }

  #wait({ timeout = this.#patience, signal, mockOptions }: NextOptions): Promise<FakeQemuProcess> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        act();
      };
      const waiting: Waiting = {
        mockOptions,
        resolve: (vm) => settle(() => resolve(vm)),
        reject: (error) => settle(() => reject(error)),
      };
      const abort = (): void => waiting.reject(signal?.reason);
      const late = (): void => waiting.reject(this.#late(timeout));
      const timer = timeout <= MAX_TIMER ? setTimeout(late, timeout) : undefined;
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  #late(timeout: number): QmpTimeoutError {
    const refused = this.refused.at(-1);
    const message =
      refused === undefined
        ? `No qemu-system-* was started from ${this.directory} within ${timeout} ms. ` +
          'Is that directory the first on the PATH of the code under test (`fakeQemu.env`)?'
        : `No qemu-system-* came up within ${timeout} ms. One ended at once, because QEMU refuses its command line:\n` +
          `  ${refused.commandLine}\n  ${refused.stderr.trim().replaceAll('\n', '\n  ')}`;
    return new QmpTimeoutError(message, { timeout });
  }
}

/** A pending `next`. */
interface Waiting {
  readonly mockOptions: MockQmpOptions | undefined;
  resolve(vm: FakeQemuProcess): void;
  reject(error: unknown): void;
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
