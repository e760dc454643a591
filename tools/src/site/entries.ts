import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inRepository } from '../lib/repository.ts';

/** Folder with a module for each public entry, which the API reference is made of. */
const ENTRIES = inRepository('site/entries');

/** Entries without a page: what is generated from QEMU's schema, and what the packages use themselves. */
const LEFT_OUT = /^\.\/(?:qapi\/.*|internal|package\.json)$/;

/** Writes a module for each entry that a package exports. */
export function writeEntries(): void {
  rmSync(ENTRIES, { recursive: true, force: true });
  for (const name of readdirSync(inRepository('packages'))) {
    for (const entry of entriesOf(name)) {
      const file = join(ENTRIES, name, `${entry === '.' ? 'index' : entry.slice(2)}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `export * from '${join(name, entry)}';\n`);
    }
  }
  const options = { noEmit: true, composite: false, declarationMap: false, isolatedDeclarations: false };
  const config = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { ...options, declaration: false, skipLibCheck: true },
    include: ['.'],
  };
  writeFileSync(join(ENTRIES, 'tsconfig.json'), JSON.stringify(config));
}

function entriesOf(name: string): string[] {
  const manifest = JSON.parse(readFileSync(inRepository(`packages/${name}/package.json`), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  return Object.keys(manifest.exports).filter((entry) => !LEFT_OUT.test(entry));
}
