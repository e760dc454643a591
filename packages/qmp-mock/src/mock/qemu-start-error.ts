import type { ReadArguments } from '../process/command-line/read-arguments.ts';
import { StartError } from '../process/command-line/start-error.ts';

/**
 * A QEMU with these arguments wouldn't start: it refuses them, can't open what they name, or was only asked
 * to print something.
 *
 * @example
 * try {
 *   new MockQmp({ args: ['-machine', 'bogus'] });
 * } catch (error) {
 *   if (error instanceof QemuStartError) console.error(error.stderr, error.exitCode);
 * }
 */
export class QemuStartError extends Error {
  static {
    this.prototype.name = 'QemuStartError';
  }
  readonly code = 'QEMU_START';
  /** Exit status of the QEMU: 1 if it refuses, 0 if it was only asked to print something. */
  readonly exitCode: number;
  /** Its stdout. */
  readonly stdout: string;
  /** Its stderr: warnings, and the reason of the refusal. */
  readonly stderr: string;

  constructor(
    args: readonly string[],
    said: { exitCode: number; stdout: string; stderr: string },
    options?: ErrorOptions,
  ) {
    const { exitCode, stdout, stderr } = said;
    super(
      [
        `A QEMU with these arguments ${exitCode === 0 ? 'prints something and ends' : 'does not start'}: ${args.join(' ')}`,
        ...`${stderr}${stdout}`.trimEnd().split('\n'),
      ].join('\n  '),
      options,
    );
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** Makes the error of a command line that doesn't lead to a start. */
  static ofArguments(
    args: readonly string[],
    { printed, warnings, refusal }: Pick<ReadArguments, 'printed' | 'warnings' | 'refusal'>,
    program: string,
  ): QemuStartError {
    const stderr = [...warnings.map((line) => `${line}\n`), refusal?.format(program) ?? ''].join('');
    return new QemuStartError(args, {
      exitCode: refusal?.code ?? printed?.exitCode ?? 0,
      stdout: printed?.text ?? '',
      stderr,
    });
  }

  /**
   * Makes the error of a start that failed on the way. Anything but QEMU's own refusal is returned as it is.
   */
  static ofFailure(args: readonly string[], error: unknown, program: string): unknown {
    if (!(error instanceof StartError)) return error;
    const said = { exitCode: error.code, stdout: '', stderr: error.format(program) };
    return new QemuStartError(args, said, { cause: error });
  }
}
