import type { Command } from '@commander-js/extra-typings';
import { findChromium, openBrowser } from '../lib/browser.ts';
import { UserError } from '../lib/user-error.ts';
import { checkLinks } from './links.ts';
import { writeEntries } from './entries.ts';
import { lookAtSite } from './look.ts';
import { writePages } from './write-pages.ts';

export function define(command: Command): void {
  command.description('Steps of the build of the site beside those of TypeDoc and VitePress, and its test.');
  command
    .command('pages')
    .description('collect the pages, write those that are made from the code, list what the API is made of')
    .action(async () => {
      writeEntries();
      console.log(`${await writePages()} pages.`);
    });
  command
    .command('links')
    .description('look for links within the built site that lead nowhere, anchors included')
    .action(() => {
      const { pages, dead } = checkLinks();
      for (const link of dead) console.log(link);
      if (dead.length > 0) throw new UserError(`${dead.length} links of the site lead nowhere.`);
      console.log(`The links of ${pages} pages lead somewhere.`);
    });
  command
    .command('look')
    .description(
      `use the built site in a browser, on a desktop's and a phone's window: QMP_CHROMIUM, or a Chromium on PATH;
without one it says so, and does nothing`,
    )
    .option('--pictures <folder>', 'keep pictures in this folder')
    .action(async ({ pictures }) => {
      const chromium = findChromium();
      if (chromium === undefined) {
        console.log('Skipped: there is no Chromium on PATH, and QMP_CHROMIUM is not set.');
        return;
      }
      const browser = await openBrowser(chromium);
      try {
        const problems = await lookAtSite(browser, pictures);
        for (const problem of problems) console.log(problem);
        if (problems.length > 0) throw new UserError(`${problems.length} things are wrong with the site.`);
        console.log('The site is as it should be.');
      } finally {
        await browser.close();
      }
    });
}
