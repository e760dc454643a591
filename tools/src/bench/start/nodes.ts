import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** A Node to run things with. */
export interface NodeBinary {
  /** Its version: `v20.20.2`. */
  readonly version: string;
  readonly path: string;
}

/** The Node that runs this, and those whose paths `QMP_BENCH_NODES` lists, separated like `PATH`. */
export function nodes(): NodeBinary[] {
  const others = (process.env['QMP_BENCH_NODES'] ?? '').split(delimiter).filter(Boolean);
  return [process.execPath, ...others].map((path) => {
    const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    if (error !== undefined) throw error;
    return { version: stdout.trim(), path };
  });
}
