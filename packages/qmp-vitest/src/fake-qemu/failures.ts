/** Options of `FakeQemu.failNext`. */
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
