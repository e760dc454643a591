import { Option, type Command } from '@commander-js/extra-typings';
import { mapAtOnce } from '../lib/at-once.ts';
import { positive } from '../lib/options.ts';
import { UserError } from '../lib/user-error.ts';
import { Consumer } from '../lib/consumer.ts';
import { endings } from './endings.ts';
import { printTable } from './print.ts';
import { runCell, type Cell, type CellResult } from './run-cell.ts';

const POOLS = ['forks', 'threads'];

/** The project of the matrix. */
const PROJECT = 'packages/qmp-vitest/test/leaks/project';

export function define(command: Command): void {
  command
    .description(
      `Runs Vitest for real, ends each run in one way, and counts the processes, sockets, descriptors and directories that are
there afterwards. Needs a QEMU (QMP_QEMU_BINARY, else PATH) and Linux. The exit status is 1 if a cell that has to be clean
is not, or, with the launcher none, if one that has to leak does not.

Endings:
${endings.map(({ name, what }) => `  ${name.padEnd(19)} ${what}`).join('\n')}`,
    )
    .option(
      '--vitest <folder...>',
      'folder whose node_modules has a Vitest, and maybe a Node of its own; default: this workspace',
    )
    .option('--pools <list>', 'forks, threads', list, POOLS)
    .option('--cells <list>', 'only these endings', list)
    .addOption(
      new Option(
        '--launcher <name>',
        'plain: the fixture that people write first; none: gives nothing back, and so proves that each cell can fail',
      )
        .choices(['ours', 'plain', 'none'])
        .default('ours' as const),
    )
    .option('--repeat <number>', 'each cell so many times; what is shown is the worst', positive, 1)
    .option('--at-once <number>', 'how many runs at once', positive, 1)
    .option('--json', 'print JSON instead of a table')
    .option('--verbose', 'print what each run printed')
    .action(async ({ vitest = [''], pools, cells, launcher, atOnce, ...options }) => {
      if (process.platform !== 'linux') throw new UserError('The counting reads /proc: it needs Linux');
      const unknown = (cells ?? []).filter((name) => !endings.some((ending) => ending.name === name));
      if (unknown.length > 0) command.error(`There is no ending ${unknown.join(', ')}`);
      const results: CellResult[] = [];
      for (const folder of vitest) {
        using consumer = new Consumer(folder, PROJECT);
        const chosen = endings
          .filter(({ name }) => cells?.includes(name) ?? true)
          .flatMap((ending) => {
            const own = pools.filter((name) => ending.pools?.includes(name) ?? true);
            return own.map((pool): Cell => ({ consumer, ending, pool, launcher }));
          });
        results.push(...(await mapAtOnce(chosen, atOnce, (cell) => worstOf(cell, options))));
      }
      if (options.json === true) console.log(JSON.stringify(results, null, 2));
      else printTable(results, launcher);
      const bad = results.filter(({ clean, ran }) => !ran || clean === (launcher === 'none'));
      if (launcher !== 'plain' && bad.length > 0) process.exitCode = 1;
    });
}

const list = (text: string): string[] => text.split(',');

async function worstOf(
  cell: Cell,
  { repeat, json, verbose }: { repeat: number; json?: true | undefined; verbose?: true | undefined },
): Promise<CellResult> {
  let worst: CellResult | undefined;
  for (let time = 0; time < repeat; time++) {
    const { result, output } = await runCell(cell);
    if (verbose === true) console.error(output);
    if (json !== true) console.error(`${result.vitest} ${result.pool} ${result.ending}: ${result.summary}`);
    if (worst === undefined || (worst.ran && worst.clean)) worst = result;
  }
  return worst!;
}
