/**
 * Errors about a QEMU process, on one screen.
 *
 * ```text
 * QemuError             code             when
 * ├─ QemuNotFoundError  QEMU_NOT_FOUND   there is no such program here
 * ├─ QemuLaunchError    QEMU_LAUNCH      it did not come up: it died, it never answered, it cannot be executed
 * ├─ QemuExitError      QEMU_EXIT        it ended while something was still expected of it
 * └─ QemuStopError      QEMU_STOP        it outlived SIGKILL
 * ```
 *
 * A call that was given an `AbortSignal` rejects with the signal's own `reason` when that aborts.
 */

/** Stable machine-readable codes, one for each error class. */
export type QemuErrorCode = 'QEMU_NOT_FOUND' | 'QEMU_LAUNCH' | 'QEMU_EXIT' | 'QEMU_STOP';

/** How a process ended: with a code, or by a signal. */
export interface QemuExit {
  /** The exit code; `null` if a signal ended the process. */
  readonly code: number | null;
  /** The signal that ended the process; `null` if it ended by itself. */
  readonly signal: NodeJS.Signals | null;
}

/** Says how a process ended, in words: `exit code 1`, `killed by SIGSEGV`. */
export function describeExit({ code, signal }: QemuExit): string {
  return signal === null ? `exit code ${String(code)}` : `killed by ${signal}`;
}

/**
 * Base class of the errors about a QEMU process.
 *
 * @example
 * try { await launchQemu() }
 * catch (error) { if (error instanceof QemuError) console.error(error.code, error.message) }
 */
export abstract class QemuError extends Error {
  /** Stable code for this class of error; match on this rather than on `message`. */
  abstract readonly code: QemuErrorCode;
}

/**
 * The program was not found. The message lists the searched places and says how to install it.
 *
 * @example
 * try { locateQemu() }
 * catch (error) { if (error instanceof QemuNotFoundError) console.error(error.searched) }
 */
export class QemuNotFoundError extends QemuError {
  static {
    this.prototype.name = 'QemuNotFoundError';
  }
  readonly code = 'QEMU_NOT_FOUND';
  /** Every path that was tried, in order. */
  readonly searched: readonly string[];

  constructor(message: string, options: { searched: readonly string[] }) {
    super(message);
    this.searched = options.searched;
  }
}

/** Details of a {@link QemuLaunchError}. */
export interface QemuLaunchErrorDetails {
  /** The command line as it was run, the program first, without its secrets. */
  argv: readonly string[];
  /** How the process ended; `null` if it never ran. */
  exit: QemuExit | null;
  /** The end of its stderr, without secrets. */
  stderr: string;
  /** The reason of the failure, unless the process ended by itself. */
  cause?: unknown;
}

/**
 * QEMU did not start. The message has the command line, the way it ended, and its stderr, all without
 * passwords and other secrets. Nothing of the process is left.
 *
 * @example
 * try { await launchQemu({ args: ['-device', 'nope'] }) }
 * catch (error) { if (error instanceof QemuLaunchError) console.error(error.exit, error.stderr) }
 */
export class QemuLaunchError extends QemuError {
  static {
    this.prototype.name = 'QemuLaunchError';
  }
  readonly code = 'QEMU_LAUNCH';
  /** The command line as it was run, the program first, without its secrets. */
  readonly argv: readonly string[];
  /** How the process ended; `null` if it never ran. */
  readonly exit: QemuExit | null;
  /** The end of its stderr, without secrets. */
  readonly stderr: string;

  constructor(message: string, details: QemuLaunchErrorDetails) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.argv = details.argv;
    this.exit = details.exit;
    this.stderr = details.stderr;
  }
}

/**
 * QEMU ended during a wait.
 *
 * @example
 * try { await vm.console.waitFor('login:') }
 * catch (error) { if (error instanceof QemuExitError) console.error(error.exit.code) }
 */
export class QemuExitError extends QemuError {
  static {
    this.prototype.name = 'QemuExitError';
  }
  readonly code = 'QEMU_EXIT';
  /** How it ended. */
  readonly exit: QemuExit;

  constructor(message: string, options: { exit: QemuExit }) {
    super(message);
    this.exit = options.exit;
  }
}

/**
 * The process outlived SIGKILL for longer than `killTimeout`: it hangs in the kernel.
 *
 * @example
 * try { await vm.stop() }
 * catch (error) { if (error instanceof QemuStopError) console.error(`process ${error.pid} hangs`) }
 */
export class QemuStopError extends QemuError {
  static {
    this.prototype.name = 'QemuStopError';
  }
  readonly code = 'QEMU_STOP';
  /** The process that is left. */
  readonly pid: number;

  constructor(message: string, options: { pid: number }) {
    super(message);
    this.pid = options.pid;
  }
}
