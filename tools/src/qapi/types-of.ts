import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateTypes, readIntrospection } from '../internals/qapi-gen.ts';
import { inRepository } from '../lib/repository.ts';
import { dataFolder, type VersionName } from '../lib/versions.ts';

/** The file of qmp-core that has the types of a version. */
export interface TypesFile {
  readonly path: string;
  readonly commands: number;
  readonly events: number;
  write(): Promise<void>;
  /** Whether the file is already what `write` would make it. */
  isWritten(): Promise<boolean>;
}

/** Generates the types of a version from what was recorded of it. */
export async function typesOf(version: VersionName): Promise<TypesFile> {
  const read = async (name: string) => JSON.parse(await readFile(join(dataFolder(version), name), 'utf8'));
  const path = inRepository(`packages/qmp-core/src/qapi/qemu-${version}.ts`);
  const schema = readIntrospection(await read('schema.json'));
  const { widths }: { widths: Record<string, Record<string, string>> } = await read('refusals.json');
  const text = generateTypes(schema, {
    name: `Qapi${version.replace('.', '')}`,
    from: './schema.ts',
    source: `QEMU ${version}`,
    // An integer that the refusals do not list is as wide as can be: an int64.
    widths: (type, member) => Number(/\d+/.exec(widths[type]?.[member] ?? 'int64')?.[0]),
  });
  return {
    path,
    commands: schema.commands.length,
    events: schema.events.length,
    write: () => writeFile(path, text),
    isWritten: async () => (await readFile(path, 'utf8').catch(() => '')) === text,
  };
}
