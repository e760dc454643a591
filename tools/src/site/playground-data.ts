import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSchema } from '../internals/schema.ts';
import { dataFolder, recordedVersions } from '../lib/versions.ts';

/** Writes what the playground loads of each version: its data in one file, and the names of its commands. */
export function writePlaygroundData(pages: string): void {
  const folder = join(pages, 'public/playground');
  mkdirSync(folder, { recursive: true });
  for (const version of recordedVersions()) {
    const data = dataFolder(version);
    const files = readdirSync(data).map((file): [string, string] => [
      file,
      readFileSync(join(data, file), 'utf8'),
    ]);
    const commands = JSON.stringify([...loadSchema(version).commands.keys()].toSorted());
    writeFileSync(
      join(folder, `${version}.json`),
      JSON.stringify(Object.fromEntries([...files, ['commands', commands]])),
    );
  }
  writeFileSync(join(pages, 'versions.json'), JSON.stringify(recordedVersions()));
}
