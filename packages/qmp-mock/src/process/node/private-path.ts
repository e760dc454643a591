import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A place for a UNIX socket that only this user can reach. */
export interface PrivatePath {
  /** Where the socket goes. */
  readonly path: string;
  /** Removes the directory. */
  remove(): Promise<void>;
}

/** Directories that are there. Whatever of them is left when the process exits goes with it. */
const directories = new Set<string>();

/**
 * Makes a directory of mode 0700 with room for a socket, under a short path. It is removed at the exit of the process at the latest;
 * but not where a signal ends that, as no JavaScript runs then, and a library has no business to handle signals.
 */
export function privatePath(): Promise<PrivatePath> {
  // mkdtemp makes the directory with mode 0700, whatever the umask. Made and noted in one go: nothing comes in between.
  const directory = mkdtempSync(join(tmpdir(), 'qmp-'));
  if (directories.size === 0) process.on('exit', removeAll);
  directories.add(directory);
  return Promise.resolve({
    path: join(directory, 's'),
    remove: () => {
      if (directories.delete(directory) && directories.size === 0) process.off('exit', removeAll);
      removeDirectory(directory);
      return Promise.resolve();
    },
  });
}

function removeAll(): void {
  for (const directory of directories) removeDirectory(directory);
}

function removeDirectory(directory: string): void {
  try {
    rmSync(join(directory, 's'), { force: true });
    rmdirSync(directory);
  } catch {
    // Somebody has put something of their own into it, or taken it away.
  }
}
