import type { Cleanup } from './cleanup.ts';
import { makeDirectory } from './qemu/directory.ts';

/**
 * Gives a function that makes one private directory (mode 0700) on its first call and the same one on every other;
 * it is removed, with all that is in it, at the end. Its path is short: a UNIX socket's path has a limit of 107 bytes.
 */
export function scratchDirectory(cleanup: Cleanup): () => string {
  let path: string | undefined;
  return () => (path ??= make(cleanup));
}

function make(cleanup: Cleanup): string {
  const directory = makeDirectory();
  cleanup.defer(`removing ${directory.path}`, () => directory.remove());
  return directory.path;
}
