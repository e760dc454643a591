import { LearnError } from '../learn-error.ts';
import { versionIn, type Program } from './program.ts';
import { run } from './run.ts';

/**
 * The QEMU in a file.
 *
 * @param deadline - How long it may take to tell its version, in ms.
 * @throws LearnError if it cannot be run, hangs, or is not a `qemu-system-*`.
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
