import { readFileSync, writeFileSync } from 'node:fs';

/**
 * A page with another text between `<!-- NAME -->` and `<!-- /NAME -->`; what's between them on one line
 * stays on it.
 */
export function withSection(page: string, name: string, text: string): string {
  const section = new RegExp(`(<!-- ${name} -->)(\\n*)[^]*?(\\n*)(<!-- /${name} -->)`, 'g');
  return page.replaceAll(
    section,
    (_, begin: string, before: string, after: string, end: string) =>
      `${begin}${before}${text.trim()}${after}${end}`,
  );
}

/** Writes a section of a page in Markdown. */
export function writeSection(path: string, name: string, text: string): void {
  writeFileSync(path, withSection(readFileSync(path, 'utf8'), name, text));
}
