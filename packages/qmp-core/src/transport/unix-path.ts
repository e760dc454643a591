import { lstat } from 'node:fs/promises';
import { QmpConnectError } from '../errors.ts';

/**
 * Longest path in bytes that the platform's `sockaddr_un` takes, without the closing NUL.
 *
 * @example
 * if (Buffer.byteLength(path) > MAX_UNIX_PATH) console.error('use a shorter directory')
 */
export const MAX_UNIX_PATH: number = process.platform === 'linux' ? 107 : 103;

/**
 * Refuses a socket path that is too long for the system.
 *
 * @throws QmpConnectError (phase `dial`) if the path has more bytes than the platform allows.
 *
 * @example
 * checkPathLength('/run/vm.sock')
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

/** Tells whether there is nothing, a socket, or something else at a path. Links aren't followed. */
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
