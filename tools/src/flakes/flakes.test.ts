import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { CpuLoad } from './cpu-load.ts';
import type { SuiteRun } from './run-suite.ts';
import { summary } from './summary.ts';

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('the load', () => {
  test('ends when it is given back', async () => {
    const load = new CpuLoad(2);
    const { pids } = load;
    expect(pids.map(isThere)).toEqual([true, true]);
    load[Symbol.dispose]();
    await expect.poll(() => pids.map(isThere), { timeout: 50_000 }).toEqual([false, false]);
  });

  test('ends with the process that made it, however that ends', async () => {
    const module = new URL('../../dist/flakes/cpu-load.js', import.meta.url).href;
    const script = `import { CpuLoad } from ${JSON.stringify(module)}; console.log(new CpuLoad(1).pids[0]);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => isThere(Number(line)), { timeout: 50_000 }).toBe(false);
  });
});

test('the summary counts clean runs, and names what failed', () => {
  const run: SuiteRun = { seed: 7, seconds: 61.2, load: 3.14, passed: 5, skipped: 1, failed: [], output: '' };
  const page = summary(
    [run, { ...run, seed: 8, failed: ['a > b'] }, { ...run, seed: 9, passed: 0, crash: 'x' }],
    {
      runs: 4,
      busy: 2,
      given: [],
    },
  );
  expect(page).toContain('# 1 of 3 runs without a failure');
  expect(page).toContain('1 more of 4 runs are to come');
  expect(page).toContain('| 2 | 8 | 61 | 3.1 | 5 | 1 | 1 |');
  expect(page).toContain('| 3 | 9 | 61 | 3.1 | 0 | 1 | 0 (x) |');
  expect(page).toContain('- a > b: 2');
});
