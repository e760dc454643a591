import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The rows of a file of JSON lines; none if there is no such file. */
export function readRows<Row>(file: string | URL): Row[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** Writes rows as a file of JSON lines. */
export function writeRows(file: string | URL, rows: readonly unknown[]): void {
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
