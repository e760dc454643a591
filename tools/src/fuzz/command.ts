import { Argument, type Command } from '@commander-js/extra-typings';
import { positive } from '../lib/options.ts';
import { runTarget } from './run-target.ts';
import { targets } from './targets/index.ts';

const NAMES = [...targets.keys()];

export function define(command: Command): void {
  command
    .description(
      `Gives random inputs to everything that takes input from outside. Only the documented errors may be thrown, no input
may take seconds, and the heap must not grow. The first input that breaks this is made as small as it can be and told;
the exit status is then 1.`,
    )
    .addArgument(new Argument('[targets...]').choices(NAMES).default(NAMES, 'all'))
    .option('--inputs <number>', 'inputs for each target', positive, 1_000_000)
    .option('--seed <number>', 'the seed of the inputs', positive, 1)
    .option('--path <path>', 'one input alone, as it was told when it was found')
    .action(async (names, options) => {
      for (const name of names) if (!(await runTarget(name, options))) process.exitCode = 1;
    });
}
