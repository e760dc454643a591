// Python's qemu.qmp, where it is installed. `QMP_BENCH_PYTHONPATH` names a folder that holds it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sampleOf } from '../lib/measure.mjs';

const script = fileURLToPath(new URL('python.py', import.meta.url));
const extra = process.env.QMP_BENCH_PYTHONPATH;
const env = extra === undefined ? {} : { PYTHONPATH: extra };

/** Name of the column. */
export const PYTHON = 'Python qemu.qmp';

/** Python's version, or `undefined` where it has no qemu.qmp. */
export function pythonVersion() {
  const code = 'import sys, qemu.qmp; print(sys.version.split()[0])';
  const { status, stdout } = spawnSync('python3', ['-c', code], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** µs for each unit of work, or the text of a request. */
export function samplePython(path, scenario, work, warmUp) {
  return sampleOf('python3', [script, path, scenario, String(work), String(warmUp)], { env });
}
