import { spawnSync } from 'node:child_process';

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

/** Makes what differs from run to run, or between file systems, the same. */
export function folded({ stdout, stderr, status }: Said): Said {
  const text = withoutHoles(stdout)
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
