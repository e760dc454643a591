import { spawnSync } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { NODE_IMAGE_FILES, runImg } from '../internals/images.ts';

/** Output and end of a program. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs a program of QEMU's in a directory. Throws if it isn't there. */
export function runProgram(name: string, args: readonly string[], cwd: string): Said {
  const { stdout, stderr, status, error } = spawnSync(name, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  if (error !== undefined) throw error;
  return { stdout, stderr, status };
}

/** Runs our own in this process, with names that begin in a directory. */
export function ourImg(args: readonly string[], cwd: string): Said {
  let stdout = '';
  let stderr = '';
  const at = (path: string): string => (path === '' || isAbsolute(path) ? path : join(cwd, path));
  const status = runImg(args, {
    files: {
      ...NODE_IMAGE_FILES,
      open: (path, how) => NODE_IMAGE_FILES.open(at(path), how),
      remove: (path) => NODE_IMAGE_FILES.remove(at(path)),
    },
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    now: () => BigInt(Date.now()) * 1_000_000n,
  });
  return { stdout, stderr, status };
}

/** Makes what differs from run to run, or between file systems, the same. */
export function folded({ stdout, stderr, status }: Said): Said {
  // QEMU's help is its own text; that there is one counts.
  const text = withoutHoles(stdout.replace(/^qemu-img version [^]*usage:[^]*$/, 'HELP'))
    .replaceAll(/disk size: .*/g, 'disk size: N')
    .replaceAll(/"actual-size": \d+/g, '"actual-size": N')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
    .replaceAll(/"date-n?sec": \d+/g, '"date": N')
    // Where something stands depends on the order in which bitmaps are written.
    .replaceAll(/(Image end offset: |"image-end-offset": )\d+/g, '$1N')
    // How often progress is told depends on time.
    .replaceAll(/(?: *\(\d+\.\d+\/100%\)\r)+/g, 'PROGRESS');
  return { stdout: text, stderr: stderr.replaceAll(/#block\d+/g, '#blockN'), status };
}

interface MapEntry {
  readonly start: number;
  length: number;
  readonly depth: number;
  readonly data: boolean;
  zero: boolean;
  readonly offset?: number;
}

/**
 * Joins data of a qcow2 that `map` shows in parts because the file has holes there: where a file system puts
 * them is none of ours.
 */
function withoutHoles(stdout: string): string {
  if (!stdout.startsWith('[{ "start": 0')) return stdout;
  const joined: MapEntry[] = [];
  for (const entry of JSON.parse(stdout) as MapEntry[]) {
    const last = joined.at(-1);
    if (entry.data) entry.zero = false;
    const follows =
      last?.offset !== undefined && last.offset + last.length === entry.offset && last.depth === entry.depth;
    if (last?.data === true && entry.data && follows) last.length += entry.length;
    else joined.push(entry);
  }
  return JSON.stringify(joined);
}
