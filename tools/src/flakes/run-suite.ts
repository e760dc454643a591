import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { inRepository } from '../lib/repository.ts';
import { runToEnd } from '../lib/run-to-end.ts';
import { Scratch } from '../lib/scratch.ts';
import { VITEST, type VitestReport } from '../lib/vitest.ts';

/** One run of the suite. */
export interface SuiteRun {
  /** Seed of the order: the same one gives the same order again. */
  readonly seed: number;
  readonly seconds: number;
  /** Mean number of processes that wanted a CPU in the last minute of the run. */
  readonly load: number;
  readonly passed: number;
  readonly skipped: number;
  /** Names of the tests that failed, and of the files that could not be run. */
  readonly failed: readonly string[];
  /** How Vitest ended, if it has left no report. */
  readonly crash?: string;
  /** Its output. */
  readonly output: string;
}

/**
 * Runs the suite once, its files and tests in a random order.
 *
 * @param given - Arguments for Vitest, such as the files that are meant.
 * @param limit - Longest time in ms that a run may take.
 */
export async function runSuite(seed: number, given: readonly string[], limit: number): Promise<SuiteRun> {
  using scratch = new Scratch('qmp-flakes-');
  const file = scratch.file('report.json');
  const args = [
    'run',
    ...given,
    '--sequence.shuffle.files',
    '--sequence.shuffle.tests',
    `--sequence.seed=${seed}`,
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const began = performance.now();
  const { code, signal, output } = await runToEnd(VITEST, args, {
    cwd: inRepository(),
    env: { NO_COLOR: '1' },
    limit,
  });
  const run = {
    seed,
    seconds: (performance.now() - began) / 1000,
    load: loadavg()[0] ?? 0,
    output,
  };
  if (!existsSync(file)) {
    const how = signal === null ? `exit code ${String(code)}` : `killed by ${signal}`;
    return { ...run, passed: 0, skipped: 0, failed: [], crash: how };
  }
  const counted = count(JSON.parse(readFileSync(file, 'utf8')) as VitestReport);
  // An error that belongs to no test fails the run all the same.
  const isUnexplained = code !== 0 && counted.failed.length === 0;
  return {
    ...run,
    ...counted,
    ...(isUnexplained ? { crash: `exit code ${String(code)}, and no test failed` } : {}),
  };
}

function count({ testResults }: VitestReport): Pick<SuiteRun, 'passed' | 'skipped' | 'failed'> {
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ status, title: `${local(name)} > ${fullName}` })),
  );
  // A file that does not load has no tests to count.
  const files = testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
  });
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    skipped: tests.filter(({ status }) => status !== 'passed' && status !== 'failed').length,
    failed: [
      ...tests.filter(({ status }) => status === 'failed').map(({ title }) => title),
      ...files.map(({ name }) => local(name)),
    ],
  };
}

const local = (path: string): string => path.replace(inRepository(), '').replace(/^\//, '');
