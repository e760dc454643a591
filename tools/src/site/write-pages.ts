import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { inRepository } from '../lib/repository.ts';
import { generatedPages } from './generated-pages.ts';
import { pageMap } from './page-map.ts';
import { writePlaygroundData } from './playground-data.ts';

/** Folder that the site is built from. */
const PAGES = inRepository('site/pages');

/**
 * Collects the pages of the site, and pictures, and writes `pages.json`, by which links are led from one
 * source to the page of another. Gives the number of pages.
 */
export async function writePages(): Promise<number> {
  rmSync(PAGES, { recursive: true, force: true });
  const map = pageMap();
  for (const [source, page] of map) {
    const target = join(PAGES, page);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(inRepository(source), target);
  }
  for (const picture of pictures()) cpSync(inRepository(`docs/${picture}`), join(PAGES, 'public', picture));
  const generated = generatedPages();
  for (const [page, text] of generated) {
    const target = join(PAGES, page);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  writePlaygroundData(PAGES);
  writeFileSync(join(PAGES, 'pages.json'), JSON.stringify(Object.fromEntries(map)));
  return map.size + generated.size;
}

/** Pictures of the pages, relative to `docs`. */
function pictures(): string[] {
  return readdirSync(inRepository('docs'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    ['.png', '.svg'].includes(extname(file)),
  );
}
