import type { Command } from '@commander-js/extra-typings';
import { UserError } from '../lib/user-error.ts';
import { checkLinks } from './links.ts';
import { writeEntries } from './entries.ts';
import { writePages } from './write-pages.ts';

/** Steps of the site's build that this tool takes; TypeDoc and VitePress take the others. */
const STEPS = ['pages', 'links'] as const;

export function define(command: Command): void {
  command
    .description(
      `Steps of \`pnpm site:build\`. \`pages\` collects the pages, writes those that are made from the code, and lists what
the API reference is made of. \`links\` looks for links within the built site that lead nowhere, anchors included.`,
    )
    .argument('<step>', STEPS.join(' or '))
    .action(async (step) => {
      if (step === 'pages') {
        writeEntries();
        console.log(`${await writePages()} pages.`);
        return;
      }
      if (step !== 'links') throw new UserError(`Expected ${STEPS.join(' or ')}, got ${step}.`);
      const { pages, dead } = checkLinks();
      for (const link of dead) console.log(link);
      if (dead.length > 0) throw new UserError(`${dead.length} links of the site lead nowhere.`);
      console.log(`The links of ${pages} pages lead somewhere.`);
    });
}
