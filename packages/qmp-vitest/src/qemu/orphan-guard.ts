import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers';
import { directoryEntry, processEntry, Reaper } from './reaper.ts';
import { forkingRunner, isRunnerGone } from './runner.ts';

/** How long a worker may take to end by itself once its runner is gone and its machines are ended, in ms. */
const LAST_WORDS = 200;

/**
 * What has to be gone when this process is, and who sees to it.
 *
 * A test run can end in ways in which no teardown runs: Vitest's main process dies of SIGINT or SIGKILL, a
 * worker is killed, a worker thread is terminated. Three things together cover them, and each alone leaves a
 * gap:
 *
 * - `exit` and `disconnect` of this process. The second is for fork workers: they outlive a main process that
 *   was killed until the test body ends, and the closed channel is all that tells them.
 * - The kernel ends QEMU with the thread that started it (see `tether.ts`), where it can.
 * - The {@link Reaper}, for what the first two cannot: directories after SIGKILL, QEMU where there is no
 *   tether, and a worker that spins and so hears of nothing.
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
    // Listening keeps the channel open, and with it the process: so only where there is one, and not for
    // longer than needed.
    if (process.connected) process.on('disconnect', this.#onDisconnect);
  }

  #rest(): void {
    if (this.#processes.size > 0 || this.#directories.size > 0) return;
    process.off('exit', this.#onExit);
    process.off('disconnect', this.#onDisconnect);
    this.#reaper.reset();
  }

  /**
   * Ends this process where it is a worker whose runner is gone, as the runner itself would have: nobody is
   * left whom it could tell anything. What the tests do at the loss of their machines has a moment before
   * that.
   */
  #endWithRunner(): void {
    const runner = this.#runner;
    if (runner === undefined) return;
    const end = (): void => {
      if (isRunnerGone(runner)) process.kill(process.pid, 'SIGTERM');
    };
    setTimeout(end, LAST_WORDS).unref();
  }

  /** Ends and removes everything, without waiting for anything. */
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
 * One guard for each thread, also where a test runner loads this module anew for each test file: otherwise
 * each would have a reaper of its own.
 */
const KEY = Symbol.for('qmp-vitest.orphan-guard.2');

function guard(): OrphanGuard {
  const global = globalThis as { [KEY]?: OrphanGuard };
  return (global[KEY] ??= new OrphanGuard());
}

/**
 * Sees to it that the process ends with this one at the latest. Gives a function to call when it has ended.
 */
export function guardProcess(pid: number): () => void {
  return guard().watchProcess(pid);
}

/** A directory that is guarded. */
export interface GuardedDirectory {
  /** To be called when it is gone. */
  readonly gone: () => void;
  /** To be called where it was somebody else's all along. */
  readonly foreign: () => void;
}

/** Sees to it that the directory, which may not be there yet, goes with this process at the latest. */
export function guardDirectory(path: string): GuardedDirectory {
  return guard().watchDirectory(path);
}

/** Whether the parent process, a test runner's main process, is gone. */
export function isAbandoned(): boolean {
  return guard().abandoned;
}
