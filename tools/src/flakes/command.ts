import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from '@commander-js/extra-typings';
import { positive } from '../lib/options.ts';
import { inRepository } from '../lib/repository.ts';
import { CpuLoad } from './cpu-load.ts';
import { runSuite } from './run-suite.ts';
import { isClean, summary } from './summary.ts';

/** The page of `--write`. */
const PAGE = 'docs/flakes.md';

export function define(command: Command): void {
  command
    .description(
      `Runs the suite again and again, each time in another order, while other processes keep every CPU busy: a test that fails
now and then fails here. The exit status is 1 if a run fails.`,
    )
    .argument('[arguments...]', 'for Vitest, after --: the files that are meant; default: all')
    .option('--runs <number>', 'how often', positive, 20)
    .option(
      '--busy <number>',
      'how many processes keep the CPUs busy; 0 for none',
      count,
      availableParallelism(),
    )
    .option('--seed <number>', 'seed of the first run; the next has the next', positive)
    .option('--limit <minutes>', 'longest time that a run may take', positive, 60)
    .option('--outputs <folder>', 'where what failed runs printed is kept')
    .option('--write', `keep the summary in ${PAGE}`)
    .action(async (given, { runs, busy, seed = seedOfNow(), limit, outputs, write = false }) => {
      using _load = new CpuLoad(busy);
      const done = [];
      for (let number = 0; number < runs; number++) {
        const run = await runSuite(seed + number, given, limit * 60_000);
        done.push(run);
        const page = summary(done, { runs, busy, given });
        if (write) writeFileSync(inRepository(PAGE), page);
        console.error(
          `run ${number + 1} of ${runs}, seed ${run.seed}: ${run.passed} passed, ${run.failed.length} failed, ` +
            `${run.seconds.toFixed(0)} s${run.crash === undefined ? '' : `, ${run.crash}`}`,
        );
        if (!isClean(run)) keep(outputs, run.seed, run.output);
        if (number === runs - 1) console.log(page);
      }
      if (!done.every(isClean)) process.exitCode = 1;
    });
}

/** Keeps what a failed run printed; prints it if no folder is named. */
function keep(folder: string | undefined, seed: number, output: string): void {
  if (folder === undefined) {
    console.error(output);
    return;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${seed}.txt`), output);
}

function seedOfNow(): number {
  return Math.floor(Date.now() / 1000);
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It is a whole number from 0.');
  return number;
}
