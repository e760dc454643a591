import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { Scratch } from '../lib/scratch.ts';
import { CpuLoad } from './cpu-load.ts';
import { RunLog, type KeptRun } from './run-log.ts';
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

const RUN: KeptRun = {
  commit: 'abc1234',
  seed: 7,
  seconds: 61.2,
  load: 3.14,
  passed: 5,
  skipped: 1,
  failed: [],
  busy: 2,
  given: [],
};

test('whoever is interrupted finds the runs so far, of the same load and files', () => {
  using scratch = new Scratch('qmp-flakes-');
  const folder = join(scratch.path, 'state');
  const log = new RunLog(folder);
  expect(log.runs(RUN)).toEqual([]);
  log.add(RUN, undefined);
  log.add({ ...RUN, seed: 8, failed: ['a > b'] }, 'what it printed');
  log.add({ ...RUN, seed: 9, busy: 0 }, undefined);
  log.add({ ...RUN, seed: 10, given: ['a.test.ts'] }, undefined);
  // The line of a run that was killed while it was written.
  appendFileSync(join(folder, 'runs.jsonl'), '{"seed":11,"fai');
  expect(new RunLog(folder).runs(RUN)).toEqual([RUN, { ...RUN, seed: 8, failed: ['a > b'] }]);
  expect(readFileSync(join(folder, '8.txt'), 'utf8')).toBe('what it printed');
  log.clear();
  expect(log.runs(RUN)).toEqual([]);
});

test('the summary counts clean runs, and names what failed', () => {
  const run = RUN;
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
  expect(page).toContain('| 2 | abc1234 | 8 | 61 | 3.1 | 5 | 1 | 1 |');
  expect(page).toContain('| 3 | abc1234 | 9 | 61 | 3.1 | 0 | 1 | 0 (x) |');
  expect(page).toContain('- a > b: 2');
});

test('the summary tells the load of runs beside other work', () => {
  const runs = [RUN, { ...RUN, load: 17.26 }].map((run) => ({ ...run, busy: 0 }));
  const page = summary(runs, { runs: 2, busy: 0, given: [] });
  expect(page).toContain('beside other work, at a load of 3.1 to 17.3 on ');
  expect(page).toContain('`pnpm tools flakes --runs 2 --busy 0`');
});
