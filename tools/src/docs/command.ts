import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { inRepository } from '../lib/repository.ts';
import { stalePages, writePages } from './pages.ts';

export function define(command: Command): void {
  command
    .description(
      `Writes the tables of versions and options, and the lists of commands, that pages show between markers, from the
types and the data. With --check it writes nothing, says which pages are out of date, and looks for links in the packages'
READMEs that don't work on npm.`,
    )
    .option('--check', 'only say which pages are out of date')
    .action(async ({ check = false }) => {
      if (!check) {
        console.log(`${(await writePages()).length} pages were written anew.`);
        return;
      }
      const stale = [...(await stalePages()).keys()];
      const links = brokenLinks();
      for (const page of stale) console.log(`${page} is out of date: pnpm docs:generate writes it anew`);
      for (const link of links) console.log(link);
      if (stale.length + links.length > 0) process.exitCode = 1;
      else console.log('Pages are up to date.');
    });
}

/** Links of the packages' READMEs that lead to nothing on npm: those that are relative. */
function brokenLinks(): string[] {
  return readdirSync(inRepository('packages')).flatMap((name) => {
    const page = `packages/${name}/README.md`;
    const text = readFileSync(inRepository(page), 'utf8');
    return [...text.matchAll(/\]\((?!https?:|#)([^)]*)\)/g)].map(
      ([, link]) => `${page}: the link ${link} is relative and doesn't work on npm`,
    );
  });
}
