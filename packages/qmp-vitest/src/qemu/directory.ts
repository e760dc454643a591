import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_UNIX_PATH } from 'qmp-core/transport';
import { dirSync } from 'tmp-promise';
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
  // Made and put under guard in one go: with an `await` between, a process that is killed there would leave it.
  const path = dirSync({ template: 'qmp-XXXXXX', tmpdir: shortTmpdir(), mode: 0o700, keep: true }).name;
  const release = guardDirectory(path);
  let removed: Promise<void> | undefined;
  return { path, remove: () => (removed ??= removeTree(path).finally(release)) };
}

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
