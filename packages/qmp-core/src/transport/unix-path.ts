import { lstat } from 'node:fs/promises';
import { QmpConnectError } from '../errors.ts';

/** How many bytes of a path the platform's `sockaddr_un` takes, without the closing NUL. */
export const MAX_UNIX_PATH: number = process.platform === 'linux' ? 107 : 103;

/**
 * Refuses a path that the system call would cut or refuse.
 *
 * @throws QmpConnectError (phase `dial`) where it is longer, in bytes, than the platform allows
 */
export function checkPathLength(path: string): void {
  const length = Buffer.byteLength(path);
  if (length > MAX_UNIX_PATH) {
    throw new QmpConnectError(
      `The path of the UNIX socket is too long: ${length} bytes, and ${process.platform} takes ${MAX_UNIX_PATH}. ` +
        `Use a shorter directory, or a path relative to the working directory: ${path}`,
      { phase: 'dial' },
    );
  }
}

/** What is at a path: nothing, a socket, or something else. Links are not followed. */
export async function whatIsAt(
  path: string,
): Promise<{ kind: 'nothing' | 'socket' | 'other'; inode: bigint }> {
  try {
    const stat = await lstat(path, { bigint: true });
    return { kind: stat.isSocket() ? 'socket' : 'other', inode: stat.ino };
  } catch {
    return { kind: 'nothing', inode: 0n };
  }
}
