/** Python's qemu.qmp, if it is installed. `QMP_BENCH_PYTHONPATH` names a folder that holds it. */
import { spawnSync } from 'node:child_process';
import { inRepository } from '../../lib/repository.ts';
import { sampleOf } from '../lib/measure.ts';

const script = inRepository('tools/src/bench/client/python.py');
const extra = process.env['QMP_BENCH_PYTHONPATH'];
const env: Record<string, string> = extra === undefined ? {} : { PYTHONPATH: extra };

/** Name of the column. */
export const PYTHON = 'Python qemu.qmp';

/** Python's version; `undefined` if it has no qemu.qmp. */
export function pythonVersion(): string | undefined {
  const code = 'import sys, qemu.qmp; print(sys.version.split()[0])';
  const { status, stdout } = spawnSync('python3', ['-c', code], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** µs for each unit of work, or the text of a request. */
export function samplePython<T = number>(
  path: string,
  scenario: string,
  work: number,
  warmUp: number,
): Promise<T> {
  return sampleOf('python3', [script, path, scenario, String(work), String(warmUp)], env);
}
