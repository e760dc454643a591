import { availableParallelism, type } from 'node:os';
import type { KeptRun } from './run-log.ts';
import type { SuiteRun } from './run-suite.ts';

/** Circumstances of the runs. */
export interface Circumstances {
  /** How many runs were asked for. */
  readonly runs: number;
  /** How many processes kept the CPUs busy. */
  readonly busy: number;
  /** The part of the suite that was run; empty: all of it. */
  readonly given: readonly string[];
}

/**
 * The runs so far as a page in Markdown: a sentence, a table, and each test that failed with the runs in
 * which it did.
 */
export function summary(runs: readonly KeptRun[], { runs: wanted, busy, given }: Circumstances): string {
  const clean = runs.filter(isClean).length;
  const what = given.length === 0 ? 'The whole suite' : `\`vitest run ${given.join(' ')}\``;
  const rows = runs.map((run, at) => [
    String(at + 1),
    run.commit,
    String(run.seed),
    run.seconds.toFixed(0),
    run.load.toFixed(1),
    String(run.passed),
    String(run.skipped),
    run.crash === undefined ? String(run.failed.length) : `${run.failed.length} (${run.crash})`,
  ]);
  const failures = failuresOf(runs);
  return [
    `# ${clean} of ${runs.length} runs without a failure`,
    '',
    `${what}, its files and tests in random order, ${loadOf(runs, busy)}. ` +
      `${type()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.` +
      (runs.length < wanted ? ` ${wanted - runs.length} more of ${wanted} runs are to come.` : ''),
    '',
    `\`${['pnpm tools flakes --runs', wanted, ...(busy > 0 ? [] : ['--busy 0']), ...(given.length === 0 ? [] : ['--', ...given])].join(' ')}\` does it again; \`--sequence.seed\` of Vitest gives the order of one run again.`,
    '',
    '| run | commit | seed | seconds | load | passed | skipped | failed |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    ...(failures.length === 0 ? [] : ['', 'What failed, and in which runs:', '', ...failures]),
    '',
  ].join('\n');
}

/** Load of the machine: made for the runs, or that of other work. */
function loadOf(runs: readonly KeptRun[], busy: number): string {
  const cpus = `${availableParallelism()} CPUs`;
  if (busy > 0) return `while ${busy} processes kept ${cpus} busy`;
  const loads = runs.map(({ load }) => load);
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  return runs.length === 0 ? `on ${cpus}` : `beside other work, at a load of ${least} to ${most} on ${cpus}`;
}

/** Whether nothing failed. */
export function isClean(run: Pick<SuiteRun, 'crash' | 'failed' | 'passed'>): boolean {
  return run.crash === undefined && run.failed.length === 0 && run.passed > 0;
}

function failuresOf(runs: readonly KeptRun[]): string[] {
  const byTest = new Map<string, number[]>();
  for (const [at, { failed }] of runs.entries())
    for (const title of failed) byTest.set(title, [...(byTest.get(title) ?? []), at + 1]);
  return [...byTest]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([title, numbers]) => `- ${title}: ${numbers.join(', ')}`);
}
