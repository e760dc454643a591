import type { HostFiles } from './host-files.ts';

/** The beginning of a file, its first 4096 bytes; `'directory'`, or `undefined` if it can't be read. */
export function readHead(file: HostFiles, path: string): Uint8Array | 'directory' | undefined {
  const glance = file.peek(path);
  if (glance === undefined) return undefined;
  if (glance.kind === 'directory') return 'directory';
  return glance.kind === 'file' ? glance.head : undefined;
}
