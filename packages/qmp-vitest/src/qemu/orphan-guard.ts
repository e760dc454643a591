import { rmSync } from 'node:fs';
import { directoryEntry, processEntry, Reaper } from './reaper.ts';

/**
 * What has to be gone when this process is, and who sees to it.
 *
 * A test run can end in ways in which no teardown runs: Vitest's main process dies of SIGINT or SIGKILL, a worker is
 * killed, a worker thread is terminated. Three things together cover them, and each alone leaves a gap:
 *
 * - `exit` and `disconnect` of this process. The second is for fork workers: they outlive a main process that was
 *   killed until the test body ends, and the closed channel is all that tells them.
 * - The kernel ends QEMU with the thread that started it (see `tether.ts`), where it can.
 * - The {@link Reaper}, for what the first two cannot: directories after SIGKILL, and QEMU where there is no tether.
 */
class OrphanGuard {
  readonly #processes = new Set<number>();
  readonly #directories = new Set<string>();
  readonly #reaper = new Reaper(() => [
    ...[...this.#processes].map(processEntry),
    ...[...this.#directories].map(directoryEntry),
  ]);
  #abandoned = false;
  readonly #onExit = (): void => this.#sweep();
  readonly #onDisconnect = (): void => {
    this.#abandoned = true;
    this.#sweep();
  };

  /** Whether the parent of this process is gone: then nothing new should start. */
  get abandoned(): boolean {
    return this.#abandoned;
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

  watchDirectory(path: string): () => void {
    this.#listen();
    this.#directories.add(path);
    this.#reaper.add(directoryEntry(path));
    return () => {
      if (this.#directories.delete(path)) this.#rest();
    };
  }

  #listen(): void {
    if (this.#processes.size > 0 || this.#directories.size > 0) return;
    process.on('exit', this.#onExit);
    // Listening keeps the channel open, and with it the process: so only where there is one, and not for longer
    // than needed.
    if (process.connected) process.on('disconnect', this.#onDisconnect);
  }

  #rest(): void {
    if (this.#processes.size > 0 || this.#directories.size > 0) return;
    process.off('exit', this.#onExit);
    process.off('disconnect', this.#onDisconnect);
    this.#reaper.reset();
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
 * One guard for each thread, also where a test runner loads this module anew for each test file: otherwise each would
 * have a reaper of its own.
 */
const KEY = Symbol.for('qmp-vitest.orphan-guard.1');

function guard(): OrphanGuard {
  const global = globalThis as { [KEY]?: OrphanGuard };
  return (global[KEY] ??= new OrphanGuard());
}

/** Sees to it that the process ends with this one at the latest. Gives a function to call when it has ended. */
export function guardProcess(pid: number): () => void {
  return guard().watchProcess(pid);
}

/** Sees to it that the directory goes with this process at the latest. Gives a function to call when it is gone. */
export function guardDirectory(path: string): () => void {
  return guard().watchDirectory(path);
}

/** Whether the parent process, a test runner's main process, is gone. */
export function isAbandoned(): boolean {
  return guard().abandoned;
}
