import { clearTimeout, setTimeout } from 'node:timers';
import { QemuProcess } from './process.ts';
import type { Program } from './program.ts';

/** How a program that was run to its end, or to the deadline, ended. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** In words: `exit code 1`, `SIGSEGV`, `did not end within 20000 ms`. */
  readonly end: string;
}

/**
 * Runs a program and gives what it prints. One that does not end in time is killed.
 *
 * @param options - `deadline` in ms; `cwd`: its working directory.
 */
export async function run(
  program: Program,
  args: readonly string[],
  { deadline, cwd }: { deadline: number; cwd?: string },
): Promise<Ran> {
  await using qemu = new QemuProcess(program, args, { stdio: 'pipe', ...(cwd !== undefined && { cwd }) });
  let stdout = '';
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void qemu.stop();
  }, deadline);
  try {
    qemu.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    qemu.stdin.end();
    const { code, signal, error } = await qemu.exited;
    await qemu.closed;
    const end = error?.message ?? signal ?? `exit code ${String(code)}`;
    return { stdout, stderr: qemu.stderr, end: late ? `did not end within ${deadline} ms` : end };
  } finally {
    clearTimeout(timer);
  }
}
