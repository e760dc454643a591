/**
 * What the types of one QEMU version add to the time that a small project takes to check.
 *
 * The project is `packages/qmp-core/test/types/calls.ts`, with the built declarations of qmp-core and
 * `skipLibCheck: false`. Its rival is the same project where the schema is replaced by one that takes any
 * command and gives `any`. The two run in turns, so that what else the machine does falls on both; times are
 * processor times (by the shell's `time`), which a busy machine disturbs less than it does a clock.
 *
 *     tsc -b packages/qmp-core && node scripts/qapi-type-bench.mjs [--runs 15] [--qemu 11.1] [--only 7.0]
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    qemu: { type: 'string', default: '11.1' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
const root = fileURLToPath(new URL('..', import.meta.url));
const core = join(root, 'packages/qmp-core');
const scratch = join(root, 'node_modules/.cache/qapi-bench');
const schemaName = `Qapi${values.qemu.replace('.', '')}`;

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    module: 'NodeNext',
    strict: true,
    // The untyped project has nothing to infer the parameters of its callbacks from.
    noImplicitAny: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
  },
  include: ['*.ts'],
};

/** A schema that takes everything and gives `any`, in place of the generated one. */
const anything = `
export interface ${schemaName} {
  commands: { [command: string]: { arguments: any; return: any } };
  events: { [event: string]: any };
}
`;

await rm(scratch, { recursive: true, force: true });
for (const project of ['typed', 'untyped']) await prepare(project);
console.log(`${runs} runs each, in turns, of 50 calls against QEMU ${values.qemu}; processor time in ms`);
for (const [name, alias] of [
  ['5.9', 'typescript-5.9'],
  ['6.0', 'typescript-6.0'],
  ['7.0', 'typescript'],
]) {
  if (values.only !== undefined && values.only !== name) continue;
  const compiler = join(dirname(createRequire(import.meta.url).resolve(`${alias}/package.json`)), 'bin/tsc');
  for (const skipLibCheck of [false, true]) measure(name, compiler, skipLibCheck);
}
await rm(scratch, { recursive: true, force: true });

async function prepare(project) {
  const folder = join(scratch, project);
  const copy = join(folder, 'node_modules/qmp-core');
  await mkdir(copy, { recursive: true });
  await cp(join(core, 'package.json'), join(copy, 'package.json'));
  await cp(join(core, 'dist'), join(copy, 'dist'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  const calls = await readFile(join(core, 'test/types/calls.ts'), 'utf8');
  await writeFile(
    join(folder, 'calls.ts'),
    calls.replaceAll('Qapi100', schemaName).replaceAll('qapi/10.0', `qapi/${values.qemu}`),
  );
  const qapi = join(copy, 'dist/qapi');
  await writeFile(
    join(qapi, 'default.d.ts'),
    `export type { ${schemaName} as DefaultQapi } from './qemu-${values.qemu}.ts';\n`,
  );
  if (project === 'untyped') await writeFile(join(qapi, `qemu-${values.qemu}.d.ts`), anything);
}

function measure(name, compiler, skipLibCheck) {
  const times = { typed: [], untyped: [] };
  // The first round warms the caches of the file system and does not count.
  for (let run = 0; run <= runs; run += 1) {
    for (const project of ['typed', 'untyped']) {
      const result = spawnSync(
        'bash',
        ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', process.execPath, compiler, '-p']
          .concat(join(scratch, project))
          .concat('--skipLibCheck', String(skipLibCheck)),
        { encoding: 'utf8' },
      );
      if (result.status !== 0) throw new Error(`${project}: ${result.stdout}${result.stderr}`);
      const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(result.stderr);
      if (run > 0) times[project].push((Number(user) + Number(system)) * 1000);
    }
  }
  const [typed, untyped] = [times.typed, times.untyped].map((list) => list.toSorted((a, b) => a - b));
  const middle = Math.floor(runs / 2);
  const ratio = (index) => `${((typed[index] / untyped[index] - 1) * 100).toFixed(1)} %`;
  console.log(
    `TypeScript ${name}, skipLibCheck ${skipLibCheck}: median ${typed[middle].toFixed()} against ` +
      `${untyped[middle].toFixed()}, +${ratio(middle)}; fastest ${typed[0].toFixed()} against ` +
      `${untyped[0].toFixed()}, +${ratio(0)}`,
  );
}
