import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A place for a UNIX socket that only this user can reach. */
export interface PrivatePath {
  /** Where the socket goes. */
  readonly path: string;
  /** Removes the directory. */
  remove(): Promise<void>;
}

/** Makes a directory of mode 0700 with room for a socket, under a short path. */
export async function privatePath(): Promise<PrivatePath> {
  // mkdtemp makes the directory with mode 0700, whatever the umask.
  const directory = await mkdtemp(join(tmpdir(), 'qmp-'));
  return {
    path: join(directory, 's'),
    async remove() {
      await rm(join(directory, 's'), { force: true });
      await rmdir(directory).catch(() => {});
    },
  };
}
