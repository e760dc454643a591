import { readFileSync, readdirSync } from 'node:fs';

/**
 * Whether a thread of a process runs, or waits for a CPU: then more may come of it. If there is no /proc, it
 * never does.
 */
export function isBusy(pid: number | undefined): boolean {
  try {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks).some((id) => stateOf(readFileSync(`${tasks}/${id}/stat`, 'utf8')) === 'R');
  } catch {
    // It has ended.
    return false;
  }
}

/** The state of a thread stands behind its name, which is in parentheses. */
const stateOf = (stat: string): string | undefined => stat[stat.lastIndexOf(')') + 2];
