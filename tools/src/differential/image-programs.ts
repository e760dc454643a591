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
  const text = stdout
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
