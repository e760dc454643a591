/**
 * Compiles the type tests of qmp-core (`packages/qmp-core/test/types`) as a consumer would: against the built
 * declarations, with `skipLibCheck: false`, by each TypeScript that is supported.
 *
 * - `calls.ts` must compile against each QEMU version's schema.
 * - `mistakes.ts` must fail exactly where it says, with the code and the words that it says.
 * - In `marked.ts` an editor must strike out exactly the calls that say so (where the compiler has the
 *   JavaScript API to ask it, that is, up to TypeScript 6).
 * - Importing `qmp-core` must not load anything of a schema.
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

const marked = await readFile(join(tests, 'marked.ts'), 'utf8');
for (const [name, alias] of Object.entries(COMPILERS)) {
  if ((values.only !== undefined && values.only !== name) || alias === 'typescript') continue;
  await prepare('marked.ts', marked);
  const { default: ts } = await import(createRequire(import.meta.url).resolve(alias));
  report(`TypeScript ${name}: an editor strikes out what is marked`, compareStruckOut(ts));
}
report('qmp-core imports no schema at run time', await schemaImports(join(root, 'packages/qmp-core/dist')));

await rm(scratch, { recursive: true, force: true });
console.log(failures.length === 0 ? 'All type tests passed.' : `${failures.length} type tests failed.`);
process.exitCode = failures.length === 0 ? 0 : 1;

function findCompiler(alias) {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve(`${alias}/package.json`)), 'bin/tsc');
}

async function prepare(file, source) {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify(tsconfig));
  await writeFile(join(scratch, file), source);
}

async function compile(compiler, file, source) {
  await prepare(file, source);
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

/** Asks the compiler's language service, as an editor does, what it strikes out. */
function compareStruckOut(ts) {
  const file = join(scratch, 'marked.ts');
  const config = ts.getParsedCommandLineOfConfigFile(join(scratch, 'tsconfig.json'), {}, ts.sys);
  const service = ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => '0',
    getScriptSnapshot: (path) => {
      const text = ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => scratch,
    getCompilationSettings: () => config.options,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath,
  });
  const lines = marked.split('\n');
  const wanted = lines.flatMap((line, index) => (line.includes('// struck out') ? [index + 2] : []));
  const struck = service
    .getSuggestionDiagnostics(file)
    .filter((diagnostic) => diagnostic.reportsDeprecated)
    .map(({ file: source, start }) => source.getLineAndCharacterOfPosition(start).line + 1);
  const errors = service.getSemanticDiagnostics(file).map(({ messageText }) => JSON.stringify(messageText));
  return [
    ...errors,
    ...wanted.filter((line) => !struck.includes(line)).map((line) => `line ${line} is not struck out`),
    ...struck.filter((line) => !wanted.includes(line)).map((line) => `line ${line} is struck out`),
  ];
}

/** The modules of a schema, or of the generator, that `index.js` reaches by its imports. */
async function schemaImports(dist) {
  const reached = new Set();
  const todo = [join(dist, 'index.js')];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, specifier] of (await readFile(file, 'utf8')).matchAll(
      /(?:from|import)\s*\(?['"](\.[^'"]+)['"]/g,
    ))
      todo.push(join(dirname(file), specifier));
  }
  if (reached.size < 5) return [`found only ${reached.size} modules: is the search right?`];
  return [...reached].filter((file) => /[\\/]qapi(?:-gen)?[\\/]/.test(file));
}

function report(title, problems) {
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}  ${title}`);
  for (const problem of problems) console.log(`        ${problem}`);
  if (problems.length > 0) failures.push(title);
}
