import type { HostFiles } from '../host-files.ts';

/** Why a UNIX socket can't be made at a path, in QEMU's words; `undefined` if it can. */
export function whyNotBound(file: HostFiles, path: string): string | undefined {
  if (!path.includes('/')) return undefined;
  const why = file.whyNotWritable(path);
  return why === undefined ? undefined : `Failed to bind socket to ${path}: ${why}`;
}
