import { readdirSync } from 'node:fs';
import { inRepository } from '../lib/repository.ts';

/** Pages of the site by their sources in this repository: `docs/start.md` is `start.md`. */
export function pageMap(): ReadonlyMap<string, string> {
  const folders = (folder: string): string[] =>
    readdirSync(inRepository(folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  return new Map([
    ...pagesIn('docs').map((page): [string, string] => [`docs/${page}`, page]),
    ...folders('packages').map((name): [string, string] => [
      `packages/${name}/README.md`,
      `reference/${name}.md`,
    ]),
    ...folders('examples').map((name): [string, string] => [
      `examples/${name}/README.md`,
      `examples/${name}.md`,
    ]),
    ['bench/RESULTS.md', 'benchmarks.md'],
    ['CHANGELOG.md', 'changelog.md'],
    ['CONTRIBUTING.md', 'contributing.md'],
  ]);
}

/** The pages below a folder, relative to it. */
function pagesIn(folder: string): string[] {
  return readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.replaceAll('\\', '/'));
}
