import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { parseVersionOutput, type QemuVersion } from './version.ts';

/** Output of a program that answers a question and exits at once. */
export interface ProbeResult {
  /** stdout and stderr, one after the other. */
  readonly output: string;
  /** Whether its exit code was 0. */
  readonly ok: boolean;
}

/** Deadline in ms. A program that doesn't exit after being asked for help isn't a QEMU. */
const PROBE_TIMEOUT = 10_000;

const asked = new Map<string, Promise<ProbeResult>>();

/**
 * Runs a program with arguments that make it print something and exit (`--version`, `-device help`). It does
 * so once per program and question in this process. A program that was replaced meanwhile (its modification
 * time differs) is asked again.
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

/** The version that a program prints, or `undefined` if it doesn't print one. */
export async function versionOf(binary: string): Promise<QemuVersion | undefined> {
  return parseVersionOutput((await probe(binary, ['--version'])).output);
}

/**
 * Whether QEMU can tie its life to its parent's by itself, with `-run-with exit-with-parent=on`. 11.1 has
 * that option, 10.0 doesn't, and 7.2 doesn't even have `-run-with`.
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
