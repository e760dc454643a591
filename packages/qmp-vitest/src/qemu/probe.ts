import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { parseVersionOutput, type QemuVersion } from './version.ts';

/** What a program printed when it was asked something and left at once. */
export interface ProbeResult {
  /** stdout and stderr, one after the other. */
  readonly output: string;
  /** Whether it left with exit code 0. */
  readonly ok: boolean;
}

/** A program that does not leave after being asked for help is no QEMU. */
const PROBE_TIMEOUT = 10_000;

const asked = new Map<string, Promise<ProbeResult>>();

/**
 * Runs a program with arguments that make it print something and leave (`--version`, `-device help`), once for each
 * program and question in this process. A program that was replaced meanwhile (its time of change differs) is asked anew.
 */
export function probe(binary: string, args: readonly string[]): Promise<ProbeResult> {
  const key = JSON.stringify([binary, changedAt(binary), ...args]);
  const known = asked.get(key);
  if (known !== undefined) return known;
  const answer = new Promise<ProbeResult>((resolve) => {
    const options = { timeout: PROBE_TIMEOUT, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 } as const;
    const child = execFile(binary, args, options, (error, stdout, stderr) => {
      resolve({
        output: `${stdout}${stderr === '' && error !== null ? error.message : stderr}`,
        ok: error === null,
      });
    });
    child.stdin?.end();
  });
  asked.set(key, answer);
  return answer;
}

/** The version that a program says it is, or `undefined` where it says none. */
export async function versionOf(binary: string): Promise<QemuVersion | undefined> {
  return parseVersionOutput((await probe(binary, ['--version'])).output);
}

/**
 * Whether QEMU can tie its life to its parent's by itself: `-run-with exit-with-parent=on`, which 11.1 has and 10.0
 * has not. 7.2 has no `-run-with` at all.
 */
export async function canExitWithParent(binary: string): Promise<boolean> {
  const { output, ok } = await probe(binary, ['-run-with', 'help']);
  return ok && output.includes('exit-with-parent');
}

function changedAt(binary: string): number {
  try {
    return statSync(binary).mtimeMs;
  } catch {
    return 0;
  }
}
