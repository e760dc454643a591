import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { format } from '../lib/format.ts';
import { inRepository } from '../lib/repository.ts';
import { withSection } from '../lib/section.ts';
import { errorCodes, errorTable } from './errors.ts';
import { optionsTable, type OptionsSource } from './options.ts';
import { strengths } from './fidelity.ts';
import { comparison } from './numbers.ts';
import { builtInVersions, commandLists, supported, typedVersions } from './versions.ts';

type TypeScript = typeof import('typescript-6.0');

const CORE = 'packages/qmp-core/README.md';
const MOCK = 'packages/qmp-mock/README.md';
const VITEST = 'packages/qmp-vitest/README.md';

/** The page with a section for each stable code of an error. */
const ERRORS = 'docs/troubleshooting.md';

/** Tables of options, with the page that shows each. */
const OPTIONS: readonly (OptionsSource & { readonly page: string })[] = [
  { page: CORE, file: 'packages/qmp-core/src/options.ts', name: 'QmpConnectOptions' },
  { page: MOCK, file: 'packages/qmp-mock/src/mock/mock-options.ts', name: 'MockQmpOptions' },
  { page: VITEST, file: 'packages/qmp-vitest/src/qemu/options.ts', name: 'QemuOptions' },
  { page: VITEST, file: 'packages/qmp-vitest/src/cassette/options.ts', name: 'CassetteOptions' },
];

/** Other generated sections. */
const SECTIONS: readonly { readonly page: string; readonly name: string; readonly text: () => string }[] = [
  { page: CORE, name: 'typed versions', text: typedVersions },
  { page: MOCK, name: 'built-in versions', text: builtInVersions },
  { page: VITEST, name: 'supported versions', text: supported },
  { page: 'docs/not-modelled.md', name: 'commands', text: commandLists },
  { page: 'README.md', name: 'comparison', text: comparison },
  { page: 'README.md', name: 'strengths', text: strengths },
];

/** Gives the pages that are out of date, with the text that they should have. */
export async function stalePages(): Promise<ReadonlyMap<string, string>> {
  const require = createRequire(inRepository('tools/package.json'));
  const { default: compiler } = (await import(require.resolve('typescript-6.0'))) as {
    default: TypeScript;
  };
  const pages = new Map<string, string>();
  const put = (page: string, name: string, text: string): void => {
    const before = pages.get(page) ?? readFileSync(inRepository(page), 'utf8');
    if (!before.includes(`<!-- ${name} -->`)) throw new Error(`${page} has no section <!-- ${name} -->`);
    pages.set(page, withSection(before, name, text));
  };
  for (const options of OPTIONS) {
    put(options.page, `options of ${options.name}`, optionsTable(compiler, options));
  }
  for (const { page, name, text } of SECTIONS) put(page, name, text());
  put(ERRORS, 'error codes', errorTable(compiler));
  for (const code of errorCodes(compiler)) {
    if (!pages.get(ERRORS)?.includes(`\n## \`${code}\`\n`))
      throw new Error(`${ERRORS} has no section on ${code}`);
  }
  return new Map(
    [...pages].filter(([page, text]) => differs(text, readFileSync(inRepository(page), 'utf8'))),
  );
}

/** Writes the pages that are out of date. Gives their paths. */
export async function writePages(): Promise<string[]> {
  const stale = await stalePages();
  for (const [page, text] of stale) writeFileSync(inRepository(page), text);
  format([...stale.keys()]);
  return [...stale.keys()];
}

/** Whether two pages differ in more than the padding of their tables. */
function differs(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').trim();
  return plain(a) !== plain(b);
}
