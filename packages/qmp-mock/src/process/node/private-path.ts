import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PREFIX, removeStale, SOCKET } from './stale-sockets.ts';

/** A place for a UNIX socket that only this user can reach. */
export interface PrivatePath {
  /** Path for the socket. */
  readonly path: string;
  /** Removes the directory. */
  remove(): Promise<void>;
}

/** Existing directories. They are removed when the process exits, if they still exist then. */
const directories = new Set<string>();

/** The one look for what killed processes have left. */
let swept: Promise<void> | undefined;

/**
 * Makes a directory of mode 0700 with room for a socket, under a short path. It is removed when the process
 * exits at the latest, but not if a signal ends the process: JavaScript doesn't run then, and a library
 * shouldn't handle signals. The first call in a process removes what such ends have left.
 */
export async function privatePath(): Promise<PrivatePath> {
  await (swept ??= removeStale(tmpdir()));
  // mkdtemp makes the directory with mode 0700, whatever the umask. Made and noted in one go: nothing comes
  // in between.
  const directory = mkdtempSync(join(tmpdir(), PREFIX));
  if (directories.size === 0) process.on('exit', removeAll);
  directories.add(directory);
  return {
    path: join(directory, SOCKET),
    remove: () => {
      if (directories.delete(directory) && directories.size === 0) process.off('exit', removeAll);
      removeDirectory(directory);
      return Promise.resolve();
    },
  };
}

function removeAll(): void {
  for (const directory of directories) removeDirectory(directory);
}

function removeDirectory(directory: string): void {
  try {
    rmSync(join(directory, SOCKET), { force: true });
    rmdirSync(directory);
  } catch {
    // Somebody has put something of their own into it, or taken it away.
  }
}
