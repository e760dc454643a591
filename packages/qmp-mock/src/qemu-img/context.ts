import type { ImageFiles } from '../machine/block/image/byte-file.ts';

/** Everything that a command of `qemu-img` needs of the program around it. */
export interface ImgContext {
  /** Opens files, and compresses. */
  readonly files: ImageFiles;
  /** Writes to the standard output stream. */
  readonly stdout: (text: string) => void;
  /** Writes to the standard error stream. */
  readonly stderr: (text: string) => void;
  /** Time since 1970 in nanoseconds. */
  now(): bigint;
}

/** Ends a command with a message on standard error. */
export class ImgFailure extends Error {
  override readonly name = 'ImgFailure';
  /** Exit status. */
  readonly status: number;
  /** Characters that follow the message. QEMU ends one hint without a new line. */
  readonly end: string;

  constructor(message: string, status = 1, end = '\n') {
    super(message);
    this.status = status;
    this.end = end;
  }
}

/** A wrong command line: the message is followed by a hint to the help. */
export class UsageFailure extends ImgFailure {
  constructor(message: string) {
    super(`${message}\nTry 'qemu-img --help' for more information`);
  }
}

/** A command of `qemu-img`: takes its name and what follows it, and gives the exit status. */
export type ImgCommand = (argv: readonly string[], context: ImgContext) => number;
