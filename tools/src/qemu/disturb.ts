import { setTimeout as later } from 'node:timers';
import type { QemuProcess } from './process.ts';

/** How long a process runs between two halts, and how long a halt takes, at most; in ms. */
const RUNS = 150;
const HALTS = 100;

/** A process that is disturbed. */
export interface Disturbance extends Disposable {
  /** Whether it is halted now. */
  readonly isHalting: boolean;
}

/**
 * Halts a process again and again for a moment, as a machine does that has much else to do, until the scope
 * ends. Whatever goes otherwise then depends on time.
 */
export function disturb(program: QemuProcess): Disturbance {
  let isHalting = false;
  let timer: NodeJS.Timeout;
  const run = (): void => {
    isHalting = false;
    program.signal('SIGCONT');
    timer = later(halt, Math.random() * RUNS);
  };
  const halt = (): void => {
    isHalting = true;
    program.signal('SIGSTOP');
    timer = later(run, Math.random() * HALTS);
  };
  run();
  return {
    get isHalting() {
      return isHalting;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      program.signal('SIGCONT');
    },
  };
}
