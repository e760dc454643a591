import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { inRepository } from '../lib/repository.ts';
import { findViolations } from './violations.ts';

const KNOWN = '.dependency-cruiser-known.txt';

export function define(command: Command): void {
  command
    .description(
      `Checks who imports whom, by the rules in .dependency-cruiser.mjs. What breaks a rule today is listed in
${KNOWN}, a line each. A line that is not true any more has to be deleted.`,
    )
    .option('--write-known', 'list what breaks a rule now')
    .action(({ writeKnown = false }) => {
      const violations = findViolations();
      if (writeKnown) {
        writeFileSync(inRepository(KNOWN), violations.map((line) => `${line}\n`).join(''));
        return;
      }
      const known = readFileSync(inRepository(KNOWN), 'utf8').split('\n').filter(Boolean);
      const added = violations.filter((line) => !known.includes(line));
      const gone = known.filter((line) => !violations.includes(line));
      for (const line of added) console.log(line);
      if (added.length > 0) console.log(`\nThese imports break a rule: .dependency-cruiser.mjs says why.`);
      if (gone.length > 0)
        console.log(`${gone.join('\n')}\n\nThese are mended: delete their lines from ${KNOWN}.`);
      if (added.length + gone.length > 0) process.exitCode = 1;
      else console.log(`Imports are in order, but for ${known.length} that are listed in ${KNOWN}.`);
    });
}
