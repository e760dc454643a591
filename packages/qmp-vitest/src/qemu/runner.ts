import { fstatSync } from 'node:fs';

/** The main process of the test runner, seen from a worker that it has forked. */
export interface ForkingRunner {
  /** Its process id. */
  readonly pid: number;
  /**
   * A descriptor of this process whose other end the runner holds. When it reaches its end, the runner may be
   * gone.
   */
  readonly lifeline: number | undefined;
}

/**
 * The runner that forked this process; `undefined` outside of a worker process of Vitest. Only for such a
 * process is it certain that nobody needs it when its parent is gone.
 */
export function forkingRunner(): ForkingRunner | undefined {
  if (!('__vitest_worker__' in globalThis) || !process.connected) return undefined;
  return { pid: process.ppid, lifeline: isSocket(STDIN) ? STDIN : undefined };
}

/** Whether the runner that forked this process is gone. */
export function isRunnerGone(runner: ForkingRunner): boolean {
  return process.ppid !== runner.pid;
}

/**
 * Descriptor of stdin. Vitest's workers have a silent socket there. Anything else may be the user's, and is
 * left alone.
 */
const STDIN = 0;

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}
