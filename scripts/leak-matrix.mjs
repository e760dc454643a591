/**
 * What a test run leaves behind, however it ends: real Vitest runs, each ended in one way, and a count of the
 * processes, sockets, descriptors and directories that are there afterwards.
 *
 * usage: node scripts/leak-matrix.mjs [options]
 *   --vitest DIR        folder whose node_modules has a Vitest, and maybe a Node of its own; may be given several times.
 *                       Default: this workspace
 *   --pools a,b         forks, threads. Default: both
 *   --cells a,b         only these endings. Default: all (--list shows them)
 *   --launcher NAME     ours (default); plain: the fixture that people write first; none: gives nothing back, and so
 *                       proves that each cell can fail
 *   --repeat N          each cell N times; what is shown is the worst. Default: 1
 *   --json              print JSON instead of a table
 *   --list              print the names of the endings
 *   --verbose           print what each run printed
 *
 * Needs a QEMU (QMP_QEMU_BINARY, else PATH), a build (`tsc -b`) and Linux (/proc). Exits with 1 where a cell that has
 * to be clean is not, or, for `none`, where one that has to leak does not.
 */
import { parseArgs } from 'node:util';
import { endings } from './leak-matrix/endings.mjs';
import { makeConsumer } from './leak-matrix/consumer.mjs';
import { printTable } from './leak-matrix/print.mjs';
import { runCell } from './leak-matrix/run-cell.mjs';

const { values } = parseArgs({
  options: {
    vitest: { type: 'string', multiple: true, default: [''] },
    pools: { type: 'string', default: 'forks,threads' },
    cells: { type: 'string' },
    launcher: { type: 'string', default: 'ours' },
    repeat: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

if (values.list) {
  for (const { name, what } of endings) console.log(`${name.padEnd(16)} ${what}`);
} else {
  process.exitCode = await main();
}

async function main() {
  if (process.platform !== 'linux') throw new Error('The counting reads /proc: it needs Linux');
  const wanted = values.cells?.split(',');
  for (const name of wanted ?? []) {
    if (!endings.some((ending) => ending.name === name))
      throw new Error(`There is no ending ${name}: see --list`);
  }
  const results = [];
  for (const folder of values.vitest) {
    const consumer = makeConsumer(folder);
    try {
      for (const ending of endings.filter(({ name }) => wanted?.includes(name) ?? true)) {
        for (const pool of values.pools.split(',')) {
          if (ending.pools?.includes(pool) === false) continue;
          results.push(await worstOf(Number(values.repeat), { consumer, ending, pool }));
        }
      }
    } finally {
      consumer.remove();
    }
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else printTable(results, values.launcher);
  const bad = results.filter(({ clean, ran }) => !ran || clean === (values.launcher === 'none'));
  return values.launcher === 'plain' || bad.length === 0 ? 0 : 1;
}

async function worstOf(times, cell) {
  let worst;
  for (let time = 0; time < times; time++) {
    const result = await runCell({ ...cell, launcher: values.launcher });
    const { output, ...told } = result;
    if (values.verbose) console.error(output);
    if (!values.json) console.error(`${told.vitest} ${told.pool} ${told.ending}: ${told.summary}`);
    if (worst === undefined || (worst.ran && worst.clean)) worst = told;
  }
  return worst;
}
