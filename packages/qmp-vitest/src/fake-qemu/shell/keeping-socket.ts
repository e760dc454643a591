import { linkSync, renameSync } from 'node:fs';

/**
 * Closes a socket that is bound to a file, and keeps the file, as the system does when a process is killed.
 * Node always removes it.
 */
export function keepingSocket(path: string | undefined, close: () => void): void {
  if (path === undefined) return close();
  const kept = `${path}.kept`;
  try {
    linkSync(path, kept);
  } catch {
    // There is no such file any more.
    return close();
  }
  close();
  renameSync(kept, path);
}
