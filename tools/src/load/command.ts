import type { Command } from '@commander-js/extra-typings';
import { inMiB } from '../lib/memory.ts';
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
    .argument('[scenarios...]', `${names.join(', ')}; all by default`)
    .action(async (chosen) => {
      const unknown = chosen.filter((name) => !names.includes(name));
      if (unknown.length > 0) command.error(`There is no scenario ${unknown.join(', ')}`);
      console.log('| Load | Seconds | Memory before, MiB | at its most, MiB | after, MiB |');
      console.log('| --- | --: | --: | --: | --: |');
      for (const name of chosen.length > 0 ? chosen : names) {
        const { what, run } = LOADS[name]!;
        const before = used();
        const began = performance.now();
        const peak = await run();
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        console.log(`| ${[what, seconds, ...[before, peak, used()].map(inMiB)].join(' | ')} |`);
      }
    });
}
