/**
 * The files that are generated from the folders of the versions, all of them: whoever adds a version writes
 * these anew.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { generateTypes, readIntrospection } from '../internals/qapi-gen.ts';
import { inRepository } from '../lib/repository.ts';
import { withSection } from '../lib/section.ts';
import { dataFolder, recordedVersions, type VersionName } from '../lib/versions.ts';

const QAPI = inRepository('packages/qmp-core/src/qapi');
const TYPES = /^qemu-\d+\.\d+\.ts$/;
const NAMES = inRepository('packages/qmp-mock/src/engine/version-name.ts');
const MANIFEST = inRepository('packages/qmp-core/package.json');
/** Pages that name the versions in their prose. */
const PAGES = [
  'README.md',
  'packages/qmp-mock/README.md',
  'packages/qmp-vitest/README.md',
  'docs/fidelity.md',
];
const EXPORT = /^\.\/qapi\//;

/**
 * Paths of the generated files that are not as they would be written now; those that would be removed are
 * among them.
 */
export function staleFiles(): string[] {
  const wanted = generatedFiles();
  const stale = [...wanted].filter(([path, text]) => readIfThere(path) !== text).map(([path]) => path);
  return [...stale, ...leftOver(wanted)];
}

/**
 * Writes the generated files that are stale, and removes those of versions that are gone; gives their paths.
 */
export function writeGenerated(): string[] {
  const wanted = generatedFiles();
  const stale = staleFiles();
  for (const path of stale) {
    const text = wanted.get(path);
    if (text === undefined) rmSync(path);
    else writeFileSync(path, text);
  }
  return stale;
}

/** Every generated file, by path. */
function generatedFiles(): Map<string, string> {
  const versions = recordedVersions();
  return new Map([
    ...versions.map((version) => [typesFile(version), typesOf(version)] as const),
    [join(QAPI, 'default.ts'), defaultTypes(versions.at(-1)!)],
    [NAMES, versionNames(versions)],
    [MANIFEST, manifest(versions)],
    ...PAGES.map((page) => [inRepository(page), pageOf(page, versions)] as const),
  ]);
}

function leftOver(wanted: ReadonlyMap<string, string>): string[] {
  return readdirSync(QAPI)
    .filter((name) => TYPES.test(name))
    .map((name) => join(QAPI, name))
    .filter((path) => !wanted.has(path));
}

const typesFile = (version: VersionName): string => join(QAPI, `qemu-${version}.ts`);
const schemaName = (version: VersionName): string => `Qapi${version.replace('.', '')}`;

/** The types of a version's commands and events. */
function typesOf(version: VersionName): string {
  const read = (name: string) => JSON.parse(readFileSync(join(dataFolder(version), name), 'utf8'));
  const { widths }: { widths: Record<string, Record<string, string>> } = read('refusals.json');
  return generateTypes(readIntrospection(read('schema.json')), {
    name: schemaName(version),
    from: './schema.ts',
    source: `QEMU ${version}`,
    // An integer that the refusals do not list is as wide as can be: an int64.
    widths: (type, member) => Number(/\d+/.exec(widths[type]?.[member] ?? 'int64')?.[0]),
  });
}

function defaultTypes(version: VersionName): string {
  return `// Generated from the folders of the versions. Do not edit: \`pnpm qemu:generate\` writes it.
import type { ${schemaName(version)} } from './${basename(typesFile(version))}';

/**
 * The default schema of a client: the newest QEMU that this package knows. It's an interface, so that
 * declarations that name it don't need a path into this package.
 */
export interface DefaultQapi extends ${schemaName(version)} {}
`;
}

function versionNames(versions: readonly VersionName[]): string {
  return `// Generated from the folders of the versions. Do not edit: \`pnpm qemu:generate\` writes it.

/** The QEMU versions that the mock has built in. */
export type QemuVersionName = ${versions.map((version) => `'${version}'`).join(' | ')};
`;
}

/** A page with the versions where it names all of them, or the newest. */
function pageOf(page: string, versions: readonly VersionName[]): string {
  const text = readFileSync(inRepository(page), 'utf8');
  const all = new Intl.ListFormat('en-GB').format(versions);
  return withSection(withSection(text, 'versions', all), 'newest version', versions.at(-1)!);
}

/** The manifest of qmp-core, with the types of each version among its exports. */
function manifest(versions: readonly VersionName[]): string {
  const contents = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { exports: Record<string, object> };
  const others = Object.entries(contents.exports).filter(([path]) => !EXPORT.test(path));
  const types = versions.map((version) => {
    const name = basename(typesFile(version), '.ts');
    const entry = {
      'qmp-test-source': `./src/qapi/${name}.ts`,
      types: `./dist/qapi-${version}.d.ts`,
      default: `./dist/qapi-${version}.js`,
    };
    return [`./qapi/${version}`, entry] as const;
  });
  // Before the last, the manifest itself.
  const exports = Object.fromEntries([...others.slice(0, -1), ...types, ...others.slice(-1)]);
  return `${JSON.stringify({ ...contents, exports }, null, 2)}\n`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
