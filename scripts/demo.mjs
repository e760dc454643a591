// The main job, to look at: the first example against the mock and, where there is one, against a real QEMU, each
// test with the QMP conversation behind it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { locateQemu } from 'qmp-vitest/qemu';

const example = fileURLToPath(new URL('../examples/first-test', import.meta.url));

/** Runs the example on one backend; says whether it passed. */
function run(title, env) {
  console.log(`\n━━ ${title}\n`);
  const { status } = spawnSync('vitest', ['run', '--reporter=verbose'], {
    cwd: example,
    env: { ...process.env, QMP_TRANSCRIPT: 'all', ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0;
}

/** The QEMU that is installed, or why there is none. */
function findQemu() {
  try {
    return { found: locateQemu() };
  } catch (error) {
    return { missing: error.message };
  }
}

let good = run('The example suite against the mock (no QEMU needed)', { QMP_BACKEND: 'mock' });
const { found, missing } = findQemu();
if (found === undefined) {
  console.log(`\n━━ The same suite against a real QEMU: not run, there is none here\n\n${missing}`);
} else {
  good = run(`The same suite against a real QEMU: ${found}`, { QMP_BACKEND: 'qemu' }) && good;
}
console.log(good ? '\nThe demo passed.' : '\nThe demo failed.');
process.exitCode = good ? 0 : 1;
