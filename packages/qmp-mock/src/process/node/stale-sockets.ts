/**
 * Directories of sockets whose process was killed by SIGKILL or by a signal that it doesn't handle. Such a
 * process can't remove them, so the next one does.
 */
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Beginning of a directory's name. */
export const PREFIX = 'qmp-';
/** Name of the one socket in it. */
export const SOCKET = 's';
const NAME = /^qmp-\w{6}$/;
/** Age in ms before which a directory is left alone: its process may still be about to listen. */
const OLD = 60_000;

/** Removes those directories in `root` that are this user's and in whose socket nobody listens. */
export async function removeStale(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const own = names.filter((name) => NAME.test(name)).map((name) => join(root, name));
  await Promise.all(own.map((directory) => removeIfStale(directory).catch(() => {})));
}

async function removeIfStale(directory: string): Promise<void> {
  const { uid, mtimeMs } = await lstat(directory);
  if (uid !== process.getuid?.() || Date.now() - mtimeMs < OLD) return;
  const [name, ...others] = await readdir(directory);
  if (name !== SOCKET || others.length > 0) return;
  const socket = join(directory, SOCKET);
  if (!(await lstat(socket)).isSocket() || (await isHeard(socket))) return;
  await rm(socket);
  await rmdir(directory);
}

/** Whether somebody listens on a socket, or it can't be told. */
function isHeard(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const stream = connect(path);
    stream.once('connect', () => {
      stream.destroy();
      resolve(true);
    });
    stream.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  });
}
