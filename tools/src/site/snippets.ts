import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file that a page shows: a block of code whose first line names it. */
export interface Snippet {
  readonly name: string;
  readonly text: string;
}

/** A block of TypeScript without the name of a file. */
const UNNAMED = /^```(?:ts|js)\n(?!\/\/ [\w./-]+\.(?:ts|js)\n)([^]*?)^```$/gm;
const NAMED = /^```(?:ts|js)\n\/\/ ([\w./-]+)\n([^]*?)^```$/gm;

/** The files that a page shows. Throws if there is a block of code that isn't one. */
export function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(page, 'utf8');
  const [unnamed] = text.matchAll(UNNAMED);
  if (unnamed !== undefined) {
    throw new Error(`${page}: a block of code doesn't begin with the name of its file:\n${unnamed[1]}`);
  }
  return [...text.matchAll(NAMED)].map(([, name = '', code = '']) => ({ name, text: code }));
}

/** Writes the files that a page shows into a folder of their own. */
export function writeSnippets(page: string, folder: string): void {
  for (const { name, text } of snippetsOf(page)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
