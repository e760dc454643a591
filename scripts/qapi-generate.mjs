/**
 * Writes `packages/qmp-core/src/qapi/qemu-*.ts` from the introspection schemas that were captured from real
 * QEMUs. With `--check` it writes nothing and fails where a file is not what it would write.
 *
 * Needs a build of qmp-core (`tsc -b packages/qmp-core`).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateTypes } from '../packages/qmp-core/dist/qapi-gen/generate.js';
import { readIntrospection } from '../packages/qmp-core/dist/qapi-gen/introspection.js';

const VERSIONS = ['7.2', '10.0', '11.1'];
const check = process.argv.includes('--check');
let stale = 0;

for (const version of VERSIONS) {
  const data = new URL(`../packages/qmp-mock/data/${version}/`, import.meta.url);
  const target = new URL(`../packages/qmp-core/src/qapi/qemu-${version}.ts`, import.meta.url);
  const schema = readIntrospection(JSON.parse(await readFile(new URL('schema.json', data), 'utf8')));
  const { widths } = JSON.parse(await readFile(new URL('refusals.json', data), 'utf8'));
  const text = generateTypes(schema, {
    name: `Qapi${version.replace('.', '')}`,
    from: './schema.ts',
    source: `QEMU ${version}`,
    // What the refusals do not list is as wide as can be: an int64.
    widths: (type, member) => Number(/\d+/.exec(widths[type]?.[member] ?? 'int64')[0]),
  });
  const path = fileURLToPath(target);
  if (!check) {
    await writeFile(target, text);
    console.log(`${path}: ${schema.commands.length} commands, ${schema.events.length} events`);
  } else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    stale += 1;
    console.error(`${path} is not what the generator writes from ${fileURLToPath(data)}.`);
  }
}

if (stale > 0) {
  console.error('Run `pnpm qapi:generate` and commit the result.');
  process.exitCode = 1;
}
