import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import type { StandIn } from './stand-in.ts';

/** Length of time in ms after which a stand-in that was told to be gone is killed. */
const PATIENCE = 2000;

/**
 * Ends a stand-in; one that doesn't obey is killed. As long as it hasn't ended, its process id is still its
 * own.
 */
export async function endStandIn(standIn: StandIn): Promise<void> {
  standIn.tell({ type: 'vanish' });
  const timer = setTimeout(() => kill(standIn.start.pid), PATIENCE);
  await standIn.ended;
  clearTimeout(timer);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just gone.
  }
}
