import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from '@commander-js/extra-typings';
import { positive } from '../lib/options.ts';
import { inRepository } from '../lib/repository.ts';
import { CpuLoad } from './cpu-load.ts';
import { RunLog } from './run-log.ts';
import { runSuite } from './run-suite.ts';
import { isClean, summary } from './summary.ts';

/** The page of `--write`. */
const PAGE = 'docs/flakes.md';
/** Git ignores it. */
const STATE = 'node_modules/.cache/qmp-flakes';

export function define(command: Command): void {
  command
    .description(
      `Runs the suite again and again, each time in another order, while other processes keep every CPU busy: a test that fails
now and then fails here. Who is interrupted starts it again, and it goes on. The exit status is 1 if a run failed.`,
    )
    .argument('[arguments...]', 'for Vitest, after --: the files that are meant; default: all')
    .option('--runs <number>', 'how often', positive, 20)
    .option(
      '--busy <number>',
      'how many processes keep the CPUs busy; 0 for none',
      count,
      availableParallelism(),
    )
    .option('--seed <number>', 'seed of the next run; default: one more than that of the last', positive)
    .option('--limit <minutes>', 'longest time that a run may take', positive, 60)
    .option('--state <folder>', 'where the runs so far are, and what failed ones printed', STATE)
    .option('--fresh', 'forget the runs so far; without it, those of the same load and files count')
    .option('--write', `keep the summary in ${PAGE}`)
    .action(async (given, { runs, busy, seed, limit, state, fresh = false, write = false }) => {
      const log = new RunLog(resolve(inRepository(), state));
      if (fresh) log.clear();
      const done = log.runs({ busy, given });
      const first = seed ?? Math.max(0, ...done.map((run) => run.seed)) + 1;
      const told = (): string => summary(done, { runs, busy, given });
      using _load = new CpuLoad(done.length < runs ? busy : 0);
      for (let number = 0; done.length < runs; number++) {
        const commit = commitNow();
        const { output, ...run } = await runSuite(first + number, given, limit * 60_000);
        const kept = { ...run, commit, busy, given };
        log.add(kept, isClean(run) ? undefined : output);
        done.push(kept);
        if (write) writeFileSync(inRepository(PAGE), told());
        console.error(
          `run ${done.length} of ${runs}, seed ${run.seed}: ${run.passed} passed, ${run.failed.length} failed, ` +
            `${run.seconds.toFixed(0)} s${run.crash === undefined ? '' : `, ${run.crash}`}`,
        );
      }
      if (write) writeFileSync(inRepository(PAGE), told());
      console.log(told());
      if (!done.every(isClean)) process.exitCode = 1;
    });
}

/** The commit that is checked out. */
function commitNow(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: inRepository(), encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', `:!${PAGE}`);
  return git('rev-parse', '--short', 'HEAD') + (changed === '' ? '' : '+');
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It is a whole number from 0.');
  return number;
}
