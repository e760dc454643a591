import { Argument, type Command } from '@commander-js/extra-typings';
import { inMiB } from '../lib/memory.ts';
import { shown, table } from '../lib/table.ts';
import { used } from './memory-in-use.ts';
import { manyClients } from './many-clients.ts';
import { silentReaders } from './silent-readers.ts';
import { endlessPeers } from './endless-peers.ts';
import type { Load } from './load.ts';

const LOADS: Readonly<Record<string, Load>> = { ...manyClients, ...silentReaders, ...endlessPeers };

export function define(command: Command): void {
  const names = Object.keys(LOADS);
  command
    .description(
      `Many at once, and peers that do not read. Each scenario fails if something does not hold, and says what memory it took.

${Object.entries(LOADS)
  .map(([name, { what }]) => `  ${name.padEnd(9)} ${what}`)
  .join('\n')}`,
    )
    .addArgument(new Argument('[scenarios...]').choices(names).default(names, 'all'))
    .action(async (chosen) => {
      const rows: string[][] = [];
      for (const name of chosen) {
        const { what, run } = LOADS[name]!;
        const before = used();
        const began = performance.now();
        const peak = await run();
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        rows.push(shown([what, seconds, ...[before, peak, used()].map(inMiB)]));
      }
      console.log(table(['load', 'seconds', 'memory before, MiB', 'at its most, MiB', 'after, MiB'], rows));
    });
}
