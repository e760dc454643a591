import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers';
import { directoryEntry, processEntry, Reaper } from './reaper.ts';
import { forkingRunner, isRunnerGone } from './runner.ts';

/** Time in ms that a worker may take to end by itself once its runner is gone and its machines are ended. */
const LAST_WORDS = 200;

/**
 * Makes sure that machines and directories don't outlive this process.
 *
 * A test run can end in ways in which no teardown runs: Vitest's main process dies of SIGINT or SIGKILL, a
 * worker is killed, a worker thread is terminated. Three mechanisms cover these together; each alone leaves a
 * gap:
 *
 * - `exit` and `disconnect` of this process. The second is for fork workers: they outlive a killed main
 *   process until the test body ends, and only the closed channel tells them.
 * - The kernel ends QEMU with the thread that started it, if it can (see `tether.ts`).
 * - The {@link Reaper}, for cases beyond the first two: directories after SIGKILL, QEMU without a tether, and
 *   a worker that spins and so can't react.
 */
class OrphanGuard {
  readonly #processes = new Set<number>();
  readonly #directories = new Set<string>();
  readonly #runner = forkingRunner();
  readonly #reaper = new Reaper(
    () => [...[...this.#processes].map(processEntry), ...[...this.#directories].map(directoryEntry)],
    this.#runner,
  );
  #abandoned = false;
  readonly #onExit = (): void => this.#sweep();
  readonly #onDisconnect = (): void => {
    this.#abandoned = true;
    this.#sweep();
    this.#endWithRunner();
  };

  /** Whether the parent of this process is gone: then nothing new should start. */
  get abandoned(): boolean {
    return this.#abandoned || (this.#runner !== undefined && isRunnerGone(this.#runner));
  }

  watchProcess(pid: number): () => void {
    this.#listen();
    this.#processes.add(pid);
    this.#reaper.add(processEntry(pid));
    return () => {
      if (!this.#processes.delete(pid)) return;
      this.#reaper.forgetProcess(pid);
      this.#rest();
    };
  }

  watchDirectory(path: string): GuardedDirectory {
    this.#listen();
    this.#directories.add(path);
    this.#reaper.add(directoryEntry(path));
    const forget = (): void => {
      if (this.#directories.delete(path)) this.#rest();
    };
    return {
      gone: forget,
      foreign: () => {
        this.#reaper.forgetDirectory(path);
        forget();
      },
    };
  }

  #listen(): void {
    if (this.#processes.size > 0 || this.#directories.size > 0) return;
    process.on('exit', this.#onExit);
    // Listening keeps the channel open, and with it the process: so only if there is one, and not for longer
    // than needed.
    if (process.connected) process.on('disconnect', this.#onDisconnect);
  }

  #rest(): void {
    if (this.#processes.size > 0 || this.#directories.size > 0) return;
    process.off('exit', this.#onExit);
    process.off('disconnect', this.#onDisconnect);
    this.#reaper.reset();
  }

  /**
   * Ends this process if it is a worker whose runner is gone, as the runner would have done: nobody is left
   * to report to. Before that the tests get a moment to react to the loss of their machines.
   */
  #endWithRunner(): void {
    const runner = this.#runner;
    if (runner === undefined) return;
    const end = (): void => {
      if (isRunnerGone(runner)) process.kill(process.pid, 'SIGTERM');
    };
    setTimeout(end, LAST_WORDS).unref();
  }

  /** Ends and removes everything without waiting. */
  #sweep(): void {
    for (const pid of this.#processes) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    for (const path of this.#directories) {
      try {
        rmSync(path, { recursive: true, force: true, maxRetries: 2 });
      } catch {
        // The reaper tries once more.
      }
    }
  }
}

/**
 * Key of the thread's guard. There is one per thread, even if a test runner loads this module anew for each
 * test file: otherwise each would have its own reaper.
 */
const KEY = Symbol.for('qmp-vitest.orphan-guard.2');

function guard(): OrphanGuard {
  const global = globalThis as { [KEY]?: OrphanGuard };
  return (global[KEY] ??= new OrphanGuard());
}

/**
 * Makes sure that the process ends with this one at the latest. Returns a function to call when it has ended.
 */
export function guardProcess(pid: number): () => void {
  return guard().watchProcess(pid);
}

/** A directory that is guarded. */
export interface GuardedDirectory {
  /** To be called when the directory is gone. */
  readonly gone: () => void;
  /** To be called if the directory turns out to belong to somebody else. */
  readonly foreign: () => void;
}

/** Makes sure that the directory, which may not exist yet, is removed with this process at the latest. */
export function guardDirectory(path: string): GuardedDirectory {
  return guard().watchDirectory(path);
}

/** Whether the parent process, a test runner's main process, is gone. */
export function isAbandoned(): boolean {
  return guard().abandoned;
}
