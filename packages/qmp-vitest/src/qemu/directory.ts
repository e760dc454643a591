import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_UNIX_PATH } from 'qmp-core/transport';
import { tmpNameSync } from 'tmp-promise';
import { guardDirectory } from './orphan-guard.ts';

/** A directory that is gone when it is no longer needed, however the process ends. */
export interface PrivateDirectory {
  readonly path: string;
  /** Removes it with all that is in it; links in it are removed, not followed. Does nothing the second time. */
  readonly remove: () => Promise<void>;
}

/** Longest name that goes into it and has to serve as the path of a socket. */
const LONGEST_NAME = 'monitor-99.sock';

/**
 * Makes a directory for one machine: mode 0700, its path short enough for the sockets in it.
 *
 * @throws the system's error where no directory can be made
 */
export function makeDirectory(): PrivateDirectory {
  for (let attempt = 1; ; attempt++) {
    const path = tmpNameSync({ template: 'qmp-XXXXXX', tmpdir: shortTmpdir() });
    // Guarded before it is made: this process may be killed at any moment.
    const guarded = guardDirectory(path);
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      guarded.foreign();
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && attempt < MOST_ATTEMPTS) continue;
      throw error;
    }
    let removed: Promise<void> | undefined;
    return { path, remove: () => (removed ??= removeTree(path).finally(guarded.gone)) };
  }
}

/** How often another name is tried where somebody was faster. */
const MOST_ATTEMPTS = 10;

/** `os.tmpdir()`, or `/tmp` where the path of a socket in it would be longer than the platform takes. */
export function shortTmpdir(preferred: string = tmpdir()): string {
  const longest = join(preferred, 'qmp-XXXXXX', LONGEST_NAME);
  if (Buffer.byteLength(longest) <= MAX_UNIX_PATH) return preferred;
  return '/tmp';
}

/** Links, also one in the place of the directory itself, are removed; what they point at stays (`lstat` in `fs.rm`). */
async function removeTree(path: string): Promise<void> {
  // A machine that is just ending may still write a file: then the directory is not empty at first.
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}
