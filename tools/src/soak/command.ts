import { Argument, type Command } from '@commander-js/extra-typings';
import { InvalidArgumentError } from 'commander';
import { inMiB } from '../lib/memory.ts';
import { shown, table } from '../lib/table.ts';
import { Scratch } from '../lib/scratch.ts';
import { UserError } from '../lib/user-error.ts';
import { atRest, settled } from './census.ts';
import { soaks } from './soaks.ts';

const KEYS = ['descriptors', 'sockets', 'children', 'resources', 'timers', 'directories'] as const;

export function define(command: Command): void {
  const names = Object.keys(soaks);
  command
    .description(
      `Does the same thing thousands of times, and counts what is left (Linux).

${Object.entries(soaks)
  .map(([name, { what, count }]) => `  ${name.padEnd(8)} ${count} ${what}`)
  .join('\n')}

Descriptors, sockets, child processes, active resources, temporary directories and the heap have to be what they were
after the first tenth; the exit status is 1 otherwise. qemu takes QMP_QEMU_BINARY, or the QEMU on PATH.`,
    )
    .addArgument(new Argument('[soaks...]').choices(names).default(names, 'all'))
    .option('--scale <factor>', 'so many times as often', factor, 1)
    .action(async (chosen, { scale }) => {
      if (process.platform !== 'linux') throw new UserError('The counting reads /proc: it needs Linux');
      // What others leave in the usual place doesn't count.
      using scratch = new Scratch('soak-');
      process.env['TMPDIR'] = scratch.path;
      const rows: (string | number)[][] = [];
      for (const name of chosen) rows.push(shown(await soak(name, scale)));
      console.log(table(['soak', 'times', 'ms each', ...KEYS, 'heap, MiB'], rows));
    });
}

function factor(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('It is a number above 0.');
  return number;
}

/** Does it, and counts: gives the row of the table. */
async function soak(name: string, scale: number): Promise<(string | number)[]> {
  const { what, count, prepare } = soaks[name]!;
  const times = Math.max(10, Math.round(count * scale));
  const { once, end } = await prepare();
  const warmUp = Math.ceil(times / 10);
  for (let number = 0; number < warmUp; number++) await once(number);
  const before = await atRest();
  // Average cost of one in each tenth, in ms: growth shows here before it shows anywhere else.
  const tenths: number[] = [];
  for (let number = warmUp, began = performance.now(), at = number; number < times; number++) {
    await once(number);
    if (number + 1 - at < warmUp) continue;
    tenths.push((performance.now() - began) / (number + 1 - at));
    began = performance.now();
    at = number + 1;
  }
  const { now, left } = await settled(before);
  if (left.length > 0) {
    console.error(`${name}: left behind: ${left.join(', ')}`);
    process.exitCode = 1;
  }
  await end?.();
  return [
    what,
    times,
    `${tenths.at(0)?.toFixed(1)} → ${tenths.at(-1)?.toFixed(1)}`,
    ...KEYS.map((key) => `${before[key]} → ${now[key]}`),
    `${inMiB(before.heap)} → ${inMiB(now.heap)}`,
  ];
}
