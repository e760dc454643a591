import { QmpStateError, QmpTimeoutError, type QmpClient } from 'qmp-core';
import type { Child } from './child.ts';
import { interactiveCommandLine } from './command-line.ts';
import type { QemuConsole } from './console.ts';
import type { PrivateDirectory } from './directory.ts';
import { describeExit, type QemuExit } from './errors.ts';
import { checkLimit, orAborted, startDeadline, type WaitLimits } from './limits.ts';
import type { LaunchQemuOptions, QemuStopOptions, QemuTransport } from './options.ts';
import type { QemuOutput } from './output.ts';
import { quoteCommand } from './quote.ts';
import { takeScreenshot, type ScreenshotOptions } from './screenshot.ts';
import { killChild, stopChild, type QemuStop } from './shutdown.ts';
import type { QemuVersion } from './version.ts';

/** @internal Parts of a {@link QemuProcess}. */
export interface QemuProcessParts {
  readonly child: Child;
  readonly argv: readonly string[];
  readonly client: QmpClient;
  readonly console: QemuConsole | undefined;
  readonly directory: PrivateDirectory;
  readonly options: LaunchQemuOptions;
  readonly transport: QemuTransport;
}

/**
 * A running QEMU with a connected client. {@link launchQemu} makes one.
 *
 * The code that launched it has to end it, with `await using` or {@link QemuProcess.dispose}. If it doesn't,
 * QEMU ends with this process, however that ends.
 *
 * @example
 * await using vm = await launchQemu({ args: ['-machine', 'q35'] })
 * await vm.client.execute('query-status')
 */
export class QemuProcess {
  /** Its process id. */
  readonly pid: number;
  /** The command line as it was run, the program first. */
  readonly argv: readonly string[];
  /** The client that is connected to its monitor. */
  readonly client: QmpClient;
  /** Its version, as its greeting tells it. */
  readonly version: QemuVersion;
  /** Transport between client and monitor. */
  readonly transport: QemuTransport;
  readonly #parts: QemuProcessParts;
  #stopping: Promise<QemuStop> | undefined;
  #disposing: Promise<QemuStop> | undefined;

  /** @internal */
  constructor(parts: QemuProcessParts) {
    this.#parts = parts;
    this.pid = parts.child.pid;
    this.argv = parts.argv;
    this.client = parts.client;
    this.transport = parts.transport;
    this.version = versionIn(parts.client);
  }

  /**
   * Its private directory (mode 0700), with its sockets and logs. Files that you put there are removed with
   * it.
   */
  get directory(): string {
    return this.#parts.directory.path;
  }

  /** The command line as it was run, quoted for a POSIX shell. */
  get commandLine(): string {
    return quoteCommand(this.argv, this.#parts.options.env);
  }

  /** The same command line to paste into a terminal: the monitor is on the terminal there. */
  get interactiveCommandLine(): string {
    return quoteCommand(interactiveCommandLine(this.argv), this.#parts.options.env);
  }

  // --- what it says ---

  /** Its stderr: at most the last `outputLimit` characters. */
  get stderr(): string {
    return this.#parts.child.stderr.text;
  }

  /** Its stdout: at most the last `outputLimit` characters. */
  get stdout(): string {
    return this.#parts.child.stdout.text;
  }

  /** Its output streams: wait for a text in them, or read the files with all of it. */
  get output(): { readonly stdout: QemuOutput; readonly stderr: QemuOutput } {
    const { stdout, stderr } = this.#parts.child;
    return { stdout, stderr };
  }

  /**
   * Its first serial port.
   *
   * @throws QmpStateError if it was launched without `console: true`.
   */
  get console(): QemuConsole {
    if (this.#parts.console !== undefined) return this.#parts.console;
    throw new QmpStateError(
      'This machine has no console. Launch it with `console: true`, and with a machine type that has a serial port.',
    );
  }

  /**
   * Takes a screenshot of its display, as a PNG image.
   *
   * @param options.device - Id of the display device. Default: the first.
   * @param options.head - Number of the head of that device.
   * @param options.timeout - Deadline in ms. Default: no deadline.
   * @throws QmpCommandError if it doesn't have a display.
   *
   * @example
   * await writeFile('boot.png', await vm.screenshot())
   */
  screenshot(options: ScreenshotOptions = {}): Promise<Buffer> {
    return takeScreenshot(this.client, this.version, this.directory, options);
  }

  // --- its end ---

  /** Resolves when it is gone and its output is complete. It never rejects. */
  get exited(): Promise<QemuExit> {
    return this.#parts.child.exited;
  }

  /** How it ended; `null` while it runs. */
  get exit(): QemuExit | null {
    return this.#parts.child.exit;
  }

  /**
   * Waits for its end. Use it for a machine that should end by itself.
   *
   * @param limits.timeout - Deadline in ms. Default: no deadline.
   * @throws QmpTimeoutError if it still runs after the deadline.
   *
   * @example
   * expect(await vm.waitForExit({ timeout: 10_000 })).toEqual({ code: 0, signal: null })
   */
  async waitForExit(limits: WaitLimits = {}): Promise<QemuExit> {
    const late = (timeout: number): Error =>
      new QmpTimeoutError(
        `QEMU (pid ${this.pid}) is still running after ${timeout} ms: it was expected to end`,
        {
          timeout,
        },
      );
    const deadline = startDeadline(checkLimit('timeout', limits.timeout), limits.signal, late);
    try {
      return await orAborted(this.exited, deadline.signal);
    } finally {
      deadline.end();
    }
  }

  /**
   * Ends it with `quit`, then SIGTERM, then SIGKILL; each step has a time limit. It works in any state of the
   * process, and a second call gives the same answer. Its directory and logs stay until
   * {@link QemuProcess.dispose}.
   *
   * @param options - Time limits. Default: those of its launch.
   * @returns The step that ended it, and its exit.
   * @throws QemuStopError if it outlives SIGKILL.
   */
  stop(options: QemuStopOptions = {}): Promise<QemuStop> {
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  async #stop(options: QemuStopOptions): Promise<QemuStop> {
    const { child, client, options: launched } = this.#parts;
    try {
      return await stopChild(child, client, { ...launched, ...options });
    } finally {
      await client.close();
    }
  }

  /**
   * Ends it at once, with SIGKILL: it neither flushes anything nor sends an event.
   *
   * @returns Its exit.
   * @throws QemuStopError if it outlives SIGKILL for `killTimeout`.
   */
  kill(): Promise<QemuExit> {
    return killChild(this.#parts.child, this.#parts.options);
  }

  /** Stops it ({@link QemuProcess.stop}) and removes its directory with all its contents. */
  dispose(): Promise<QemuStop> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<QemuStop> {
    try {
      return await this.stop();
    } finally {
      await this.#parts.directory.remove();
    }
  }

  /** `await using` disposes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Describes the process and its state, for messages. */
  toString(): string {
    const state = this.exit === null ? 'running' : describeExit(this.exit);
    return `QEMU ${this.version.major}.${this.version.minor}.${this.version.micro} (pid ${this.pid}, ${state})`;
  }
}

function versionIn(client: QmpClient): QemuVersion {
  const version = client.greeting?.QMP.version;
  return { major: 0, minor: 0, micro: 0, ...version?.qemu, package: version?.package ?? '' };
}
