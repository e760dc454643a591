import { readFileSync, readdirSync } from 'node:fs';

/** States of threads of which more may come: they run, could run, or wait for a disk. */
const BUSY: readonly (string | undefined)[] = ['R', 'D'];

/**
 * Whether a thread of a process runs, or waits for a CPU or a disk: then more may come of it. If there is no
 * /proc, it never does.
 */
export function isBusy(pid: number | undefined): boolean {
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).some((id) => isThreadBusy(`${tasks}/${id}/stat`));
  } catch {
    // It has ended.
    return false;
  }
}

function isThreadBusy(file: string): boolean {
  try {
    return BUSY.includes(stateOf(readFileSync(file, 'utf8')));
  } catch {
    // The thread ended a moment ago.
    return true;
  }
}

/** The state of a thread stands behind its name, which is in parentheses. */
const stateOf = (stat: string): string | undefined => stat[stat.lastIndexOf(')') + 2];
