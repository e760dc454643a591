import { LearnError } from '../learn-error.ts';
import { run } from './run.ts';

/** A program that takes QEMU's command line: a QEMU, or what stands in for one. */
export interface Program {
  /** For people: `QEMU 7.2`, `fake-qemu 7.2`. */
  readonly name: string;
  /** The version that it tells, as `major.minor`. */
  readonly version: string;
  /** The file, and what comes before QEMU's own arguments. */
  readonly command: readonly [file: string, ...before: string[]];
  /** Environment variables that it needs besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The version in what a program prints for `--version`, as `major.minor`; `undefined` if there is none in it. */
export function versionIn(banner: string): string | undefined {
  return /\bversion (\d+\.\d+)/.exec(banner)?.[1];
}

/**
 * The QEMU in a file.
 *
 * @param deadline how long it may take to tell its version, in ms
 * @throws LearnError if it cannot be run, hangs, or is not a `qemu-system-*`
 */
export async function identify(file: string, deadline: number): Promise<Program> {
  const anonymous: Program = { name: file, version: '', command: [file] };
  const { stdout, end } = await run(anonymous, ['--version'], { deadline });
  const version = stdout.startsWith('QEMU emulator version ') ? versionIn(stdout) : undefined;
  if (version !== undefined) return { ...anonymous, name: `QEMU ${version}`, version };
  const said = stdout.trim() === '' ? 'nothing' : JSON.stringify(stdout.trim().slice(0, 200));
  throw new LearnError(
    `${file} is not a QEMU system emulator: it was asked for --version, and printed ${said} (${end}). ` +
      'Give the path of a qemu-system-x86_64.',
  );
}
