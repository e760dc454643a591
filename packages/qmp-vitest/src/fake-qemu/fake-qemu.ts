import { symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { QmpTimeoutError } from 'qmp-core';
import type { MockQmpOptions } from 'qmp-mock';
import { readCommandLine, type QemuStart } from 'qmp-mock/command-line';
import { guardProcess } from '../qemu/orphan-guard.ts';
import { quoteCommand } from '../qemu/quote.ts';
import { ControlServer } from './control-server.ts';
import { EMULATORS } from './emulators.ts';
import { FakeQemuProcess } from './fake-qemu-process.ts';
import type { Launcher } from './launcher-handle.ts';

/** How {@link FakeQemu.next} waits. */
export interface NextOptions {
  /** How long to wait, in ms. Default: four fifths of the test's own time limit, so that it is this wait that says why. */
  timeout?: number | undefined;
  /** Gives up: rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** What the mock is like; laid over the test's `mockOptions`. */
  mockOptions?: MockQmpOptions | undefined;
}

/** How a QEMU that does not come up ends. */
export interface FailOptions {
  /** What it writes to its standard error stream. */
  stderr?: string | undefined;
  /** Its exit code. Default: 1. */
  code?: number | undefined;
}

/** One that QEMU would not have started. */
export interface RefusedCommandLine {
  /** The command line, quoted for a POSIX shell. */
  readonly commandLine: string;
  /** What it wrote to its standard error stream before it ended with exit code 1: QEMU's own words. */
  readonly stderr: string;
}

/** What {@link FakeQemu.open} needs. */
export interface FakeQemuOptions {
  /** A private directory with a short path. */
  readonly directory: string;
  readonly mockOptions: MockQmpOptions;
  /** Default of {@link NextOptions.timeout}, in ms. */
  readonly patience: number;
}

/**
 * A directory to put on `PATH`, for code under test that spawns QEMU itself. Each `qemu-system-*` that starts from it
 * is a small process that hands itself over to the test, and a {@link FakeQemuProcess} there. One whose command line
 * QEMU refuses ends at once, with QEMU's words and exit code; one that is only asked for its version or its options
 * prints them.
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
  readonly #mockOptions: MockQmpOptions;
  readonly #taken: FakeQemuProcess[] = [];
  readonly #untaken: Arrival[] = [];
  readonly #waiting: ((arrival: Arrival) => void)[] = [];
  readonly #refused: RefusedCommandLine[] = [];
  readonly #failures: FailOptions[] = [];
  #control: ControlServer | undefined;

  readonly #patience: number;

  private constructor({ directory, mockOptions, patience }: FakeQemuOptions) {
    this.directory = directory;
    this.#mockOptions = mockOptions;
    this.#patience = patience;
    this.path = [directory, process.env['PATH']].filter((part) => part !== undefined).join(delimiter);
  }

  /** Makes the launchers and listens for them. Called by the fixture. */
  static async open(options: FakeQemuOptions): Promise<FakeQemu> {
    const { directory } = options;
    const fake = new FakeQemu(options);
    const socket = join(directory, 'control');
    fake.#control = await ControlServer.listen(socket, (launcher) => fake.#arrived(launcher));
    writeFileSync(join(directory, 'launcher'), launcherScript(socket), { mode: 0o700 });
    for (const name of EMULATORS) symlinkSync('launcher', join(directory, name));
    return fake;
  }

  /** This process's environment with that `PATH`. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: this.path };
  }

  /** Every machine that `next` has given, oldest first. */
  get processes(): readonly FakeQemuProcess[] {
    return this.#taken;
  }

  /** Command lines of those that have started, and that no `next` has taken. */
  get untaken(): readonly string[] {
    return this.#untaken.map(({ launcher }) => commandLineOf(launcher));
  }

  /** Those that have ended at once because QEMU refuses their command line, oldest first. */
  get refused(): readonly RefusedCommandLine[] {
    return this.#refused;
  }

  /**
   * Gives the next machine that the code under test starts, or has started already. Each is given once, in order.
   *
   * @throws QmpTimeoutError where none starts in time.
   */
  async next(options: NextOptions = {}): Promise<FakeQemuProcess> {
    const { launcher, start } = this.#untaken.shift() ?? (await this.#arrival(options));
    const vm = new FakeQemuProcess(launcher, start, { ...this.#mockOptions, ...options.mockOptions });
    this.#taken.push(vm);
    // Not before the code behind `await next()` has had its say.
    setImmediate(() => void vm.bringUp());
    return vm;
  }

  /** Lets the next machine that starts fail, as QEMU does with a device that it does not know. */
  failNext(options: FailOptions = {}): void {
    this.#failures.push(options);
  }

  /** Ends every machine. Called by the fixture. */
  async close(): Promise<void> {
    await this.#control?.close();
    await Promise.all(this.#taken.map((vm) => vm.exited));
  }

  #arrived(launcher: Launcher): void {
    const { name: program, argv, background, pid } = launcher;
    // It ends when this process does, but a fork worker outlives a Vitest that was killed.
    void launcher.ended.then(guardProcess(pid));
    const start = readCommandLine(argv, { program, qemu: this.#mockOptions.qemu });
    // What is refused or asked to be printed, its parent has seen to.
    if (!background) {
      if (start.exitCode !== undefined) return this.#ended(launcher, start, start.exitCode);
      const failure = this.#failures.shift();
      if (failure !== undefined) {
        launcher.write('stderr', failure.stderr ?? `${launcher.name}: cannot start\n`);
        return void launcher.exit(failure.code ?? 1);
      }
      if (start.daemonize) return launcher.daemonize(start.descriptors);
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#untaken.push({ launcher, start });
    else waiting({ launcher, start });
  }

  #ended(launcher: Launcher, { stdout, stderr }: QemuStart, code: number): void {
    launcher.write('stdout', stdout);
    launcher.write('stderr', stderr);
    if (code !== 0) this.#refused.push({ commandLine: commandLineOf(launcher), stderr });
    void launcher.exit(code);
  }

  #arrival({ timeout = this.#patience, signal }: NextOptions): Promise<Arrival> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        const at = this.#waiting.indexOf(arrived);
        if (at >= 0) this.#waiting.splice(at, 1);
        act();
      };
      const arrived = (arrival: Arrival): void => settle(() => resolve(arrival));
      const abort = (): void => settle(() => reject(signal?.reason as Error));
      const late = (): void => settle(() => reject(this.#late(timeout)));
      const timer = timeout <= MAX_TIMER ? setTimeout(late, timeout) : undefined;
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(arrived);
    });
  }

  #late(timeout: number): QmpTimeoutError {
    const refused = this.#refused.at(-1);
    const message =
      refused === undefined
        ? `No qemu-system-* was started from ${this.directory} within ${timeout} ms. ` +
          'Is that directory the first on the PATH of the code under test (`fakeQemu.env`)?'
        : `No qemu-system-* came up within ${timeout} ms. One ended at once, as QEMU refuses its command line:\n` +
          `  ${refused.commandLine}\n  ${refused.stderr.trim().replaceAll('\n', '\n  ')}`;
    return new QmpTimeoutError(message, { timeout });
  }
}

/** One that was started, with what its command line comes to. */
interface Arrival {
  readonly launcher: Launcher;
  readonly start: QemuStart;
}

function commandLineOf({ name, argv }: Launcher): string {
  return quoteCommand([name, ...argv]);
}

/** Longest time that a Node timer can run, in ms. A longer wait has no end. */
const MAX_TIMER = 2 ** 31 - 1;

/** Longest interpreter that the kernel reads from a script's first line (`BINPRM_BUF_SIZE` of Linux before 5.1). */
const SHEBANG_LIMIT = 127;

/**
 * The script that stands for each emulator. It runs this very Node, whatever `PATH` the code under test has; and it
 * says nothing that is CommonJS or a module alone, as a `package.json` further up may make it either.
 */
function launcherScript(socket: string): string {
  // Children are separate processes, which cannot read TypeScript: the built launcher, also where this is a source.
  const module = new URL('../../dist/fake-qemu/launcher.js', import.meta.url).href;
  const shebang = `#!${process.execPath}`;
  const usable = shebang.length < SHEBANG_LIMIT && !/\s/.test(process.execPath);
  return [
    usable ? shebang : '#!/usr/bin/env node',
    `import(${JSON.stringify(module)}).then(({ runLauncher }) => runLauncher(process.argv[1], ${JSON.stringify(socket)}));`,
    '',
  ].join('\n');
}
