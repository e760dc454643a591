/**
 * Compiles the type tests of qmp-core (`packages/qmp-core/test/types`) as a consumer would: against the built
 * declarations, with `skipLibCheck: false`, by each TypeScript that is supported.
 *
 * - `calls.ts` must compile against each QEMU version's schema.
 * - `mistakes.ts` must fail exactly where it says, with the code and the words that it says.
 *
 * Needs a build (`tsc -b`). `--only 5.9` restricts it to one compiler.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const COMPILERS = { 5.9: 'typescript-5.9', '6.0': 'typescript-6.0', '7.0': 'typescript' };
const VERSIONS = ['7.2', '10.0', '11.1'];
const EXPECTED = /^\s*\/\/ @ts-expect-error (TS[\d/TS]+): (.*)$/;

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const tests = join(root, 'packages/qmp-core/test/types');
// Below node_modules, so that `qmp-core` and `@types/node` are found as in any project.
const scratch = join(root, 'node_modules/.cache/qapi-types');

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['*.ts'],
};

const failures = [];
const calls = await readFile(join(tests, 'calls.ts'), 'utf8');
const mistakes = (await readFile(join(tests, 'mistakes.ts'), 'utf8')).split('\n');
const expected = mistakes.flatMap((line, index) => {
  const [, code, message] = EXPECTED.exec(line) ?? [];
  return code === undefined ? [] : [{ line: index + 2, code, message }];
});

for (const [name, alias] of Object.entries(COMPILERS)) {
  if (values.only !== undefined && values.only !== name) continue;
  const compiler = findCompiler(alias);
  for (const version of VERSIONS) {
    const type = `Qapi${version.replace('.', '')}`;
    const source = calls
      .replaceAll('Qapi100', type)
      .replaceAll('qmp-core/qapi/10.0', `qmp-core/qapi/${version}`);
    const output = await compile(compiler, 'calls.ts', source);
    report(`TypeScript ${name}, QEMU ${version}: calls.ts compiles`, output === '' ? [] : output.split('\n'));
  }
  // Without the directive the errors show.
  const source = mistakes.map((line) => line.replace('@ts-expect-error', 'expected:')).join('\n');
  const output = await compile(compiler, 'mistakes.ts', source);
  report(`TypeScript ${name}: mistakes.ts fails as expected`, compare(output));
}

await rm(scratch, { recursive: true, force: true });
console.log(failures.length === 0 ? 'All type tests passed.' : `${failures.length} type tests failed.`);
process.exitCode = failures.length === 0 ? 0 : 1;

function findCompiler(alias) {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve(`${alias}/package.json`)), 'bin/tsc');
}

async function compile(compiler, file, source) {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify(tsconfig));
  await writeFile(join(scratch, file), source);
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [compiler, '-p', scratch, '--pretty', 'false'],
    {
      cwd: scratch,
      encoding: 'utf8',
    },
  );
  if (error !== undefined) throw error;
  return (stdout + stderr).trim();
}

/** What differs between the errors that came and those that are expected, by line. */
function compare(output) {
  const came = new Map();
  const others = [];
  for (const text of output.split('\n')) {
    const [, line, code, message] = /^mistakes\.ts\((\d+),\d+\): error (TS\d+): (.*)$/.exec(text) ?? [];
    if (line !== undefined) came.set(Number(line), { code, message });
    else if (!text.startsWith(' ')) others.push(text);
  }
  const differences = others.filter((text) => text !== '').map((text) => `unexpected: ${text}`);
  for (const { line, code, message } of expected) {
    const error = came.get(line);
    came.delete(line);
    if (!code.split('/').includes(error?.code) || !error.message.includes(message)) {
      differences.push(
        `mistakes.ts:${line}: expected ${code}: ${message}`,
        `  got ${error === undefined ? 'no error' : `${error.code}: ${error.message}`}`,
      );
    }
  }
  for (const [line, { code, message }] of came)
    differences.push(`mistakes.ts:${line}: unexpected ${code}: ${message}`);
  return differences;
}

function report(title, problems) {
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}  ${title}`);
  for (const problem of problems) console.log(`        ${problem}`);
  if (problems.length > 0) failures.push(title);
}
