import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_UNIX_PATH } from 'qmp-core/transport';
import { guardDirectory } from './orphan-guard.ts';

/** A directory that is removed when it is no longer needed, however the process ends. */
export interface PrivateDirectory {
  readonly path: string;
  /** Removes it and its contents. Links in it are removed, not followed. The second call does nothing. */
  readonly remove: () => Promise<void>;
}

/** Longest name of a socket in it. */
const LONGEST_NAME = 'monitor-99.sock';

/**
 * Makes a directory for one machine: mode 0700, its path short enough for the sockets in it.
 *
 * @throws the system's error if the directory can't be made.
 */
export function makeDirectory(): PrivateDirectory {
  // CommonJS, so it can be loaded here and now: tests in memory never get here, and it takes 10 ms.
  const { tmpNameSync } = createRequire(import.meta.url)('tmp-promise') as typeof import('tmp-promise');
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

/** Number of names to try if other processes take them. */
const MOST_ATTEMPTS = 10;

/** `os.tmpdir()`, or `/tmp` if socket paths in it would be too long for the platform. */
export function shortTmpdir(preferred: string = tmpdir()): string {
  const longest = join(preferred, 'qmp-XXXXXX', LONGEST_NAME);
  if (Buffer.byteLength(longest) <= MAX_UNIX_PATH) return preferred;
  return '/tmp';
}

/**
 * Removes a tree. Links, even one in the place of the directory itself, are removed; their targets stay
 * (`lstat` in `fs.rm`).
 */
async function removeTree(path: string): Promise<void> {
  // A machine that is just ending may still write a file: then the directory is not empty at first.
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}
