/**
 * Clean-up before the end of this process, whether it ends by itself, by an error, or by SIGINT, SIGTERM or
 * SIGHUP. Only SIGKILL prevents it.
 */
import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';

const tasks = new Set<() => void>();
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
let started = false;

function start(): void {
  started = true;
  process.once('exit', () => {
    for (const task of tasks) task();
  });
  // A thread gets no signals.
  if (!isMainThread) return;
  for (const signal of SIGNALS) process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

/**
 * Has a task done when this process ends. Nothing is awaited then.
 *
 * @returns Takes the task back.
 */
export function beforeExit(task: () => void): () => void {
  if (!started) start();
  tasks.add(task);
  return () => void tasks.delete(task);
}
