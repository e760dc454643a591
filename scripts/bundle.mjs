/**
 * Makes `dist` of each package: what is published. The entries are what `exports` names as sources and what
 * `bin` names; docs/decisions/0013 says why they are bundled. The compiler makes declarations, in `build`:
 * those of an entry are a pointer there, until the package is packed.
 *
 *     node scripts/bundle.mjs [--declarations] [PACKAGE...]
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url));

/** The condition of `exports` under which the sources are found. */
const SOURCES = 'qmp-test-source';

/** Starts each of the programs. */
const STARTER = readFileSync(new URL('start-program.cjs', import.meta.url), 'utf8');

/**
 * Programs that are started in QEMU's place, of each package: a CommonJS file each, which starts faster than
 * ES modules.
 */
const PROGRAMS = {
  'qmp-mock': { 'fake-qemu': 'src/cli/fake-qemu.ts', 'fake-qemu-img': 'src/cli/fake-qemu-img.ts' },
  'qmp-vitest': {
    launcher: 'src/fake-qemu/launcher.ts',
    'fault-relay': 'src/fake-qemu/fault-relay.ts',
  },
};

/**
 * Modules that are put together, of each package, so that an entry loads few files. The bundler divides the
 * rest by itself.
 */
const PARTS = {
  'qmp-core': [
    // Without Node, as `qmp-core/errors` promises.
    { name: 'errors', test: /\bsrc\/(errors|redact\/visible)\.ts$|\brolldown\/runtime/, priority: 1 },
    {
      name: 'base',
      test: /\bsrc\/(brand|late-redactor|mark-up|option-rules|call-site|suggest|matching\/.*)\.ts$/,
    },
    { name: 'wire', test: /\bsrc\/wire\/.*\.ts$/ },
    { name: 'transport', test: /\bsrc\/(address|transport\/.*)\.ts$/ },
  ],
  // Parts: modules that every test file loads, that each test with a machine loads, and that only a QEMU
  // needs.
  'qmp-vitest': [
    {
      name: 'always',
      test: /\bsrc\/(matchers\/.*|transcript\/registry|options|demanded|one-line|qemu\/(wait|errors|limits))\.ts$|\brolldown\/runtime/,
      priority: 1,
    },
    {
      name: 'machine',
      test: /\bsrc\/(attempt|session|starter|shared|cleanup|scratch|fault-(proxy|request)|report\/.*|transcript\/.*|backend\/(mock|index|fixture-mock|ready|versions-met)|qemu\/(command-line|directory|locate|orphan-guard|quote|reaper|runner|version))\.ts$/,
    },
    { name: 'qemu', test: /\bsrc\/(qemu\/.*|backend\/qemu)\.ts$/ },
  ],
};

const { values, positionals } = parseArgs({
  options: { declarations: { type: 'boolean', default: false } },
  allowPositionals: true,
});
for (const name of readdirSync(PACKAGES)) {
  if (positionals.length === 0 || positionals.includes(name)) await make(name);
}

async function make(name) {
  const folder = join(PACKAGES, name);
  const entries = entriesOf(name, folder);
  const files = new Map([
    ...(await codeOf(name, folder, entries)),
    ...(await programsOf(name, folder)),
    ...namesakesOf(folder),
    ...(values.declarations ? await declarationsOf(folder, entries) : pointersOf(entries)),
  ]);
  replace(join(folder, 'dist'), files);
}

/** The entries of a package: file names without their ends, and the sources. */
function entriesOf(name, folder) {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const sources = Object.values(exports).filter((entry) => entry[SOURCES] !== undefined);
  const commands = Object.keys(bin).filter((command) => PROGRAMS[name]?.[command] === undefined);
  return {
    public: Object.fromEntries(sources.map((entry) => [basename(entry.default, '.js'), entry[SOURCES]])),
    commands: Object.fromEntries(commands.map((command) => [command, `./src/cli/${command}.ts`])),
  };
}

function codeOf(name, folder, entries) {
  return generate(
    {
      input: { ...entries.public, ...entries.commands },
      cwd: folder,
      // Other packages stay outside, so that there is one of each class; but for the bundler's own helpers,
      // which nobody has.
      external: /^(?!\0?@oxc-project)[^./]/,
      plugins: [placesOfModules(folder)],
    },
    {
      chunkFileNames: 'part-[name].js',
      codeSplitting: { groups: PARTS[name] ?? [] },
    },
  );
}

/** The programs of a package: each is its code, and what starts that. */
async function programsOf(name, folder) {
  const files = Object.entries(PROGRAMS[name] ?? {}).map(async ([program, source]) => {
    const [[, bundled]] = await codeOfProgram(folder, program, source);
    const code = escaped(bundled);
    const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
    const starter = STARTER.replaceAll('PROGRAM', program).replaceAll('DIGEST', digest);
    return [
      [`${program}.cjs`, starter],
      [`${program}.code.cjs`, code],
    ];
  });
  return (await Promise.all(files)).flat();
}

/** Each command under the path that it had before it was bundled, `cli/NAME`: scripts call it by that. */
function namesakesOf(folder) {
  const { bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.values(bin).map((path) => {
    const file = basename(path);
    const load = file.endsWith('.cjs') ? `require('../${file}');` : `import '../${file}';`;
    return [`cli/${file}`, `#!/usr/bin/env node\n${load}\n`];
  });
}

/** The same code in ASCII: Node decodes it at once, and V8 keeps a byte for each character. */
function escaped(code) {
  // oxlint-disable-next-line no-control-regex -- all that is not ASCII
  return code.replaceAll(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function codeOfProgram(folder, program, source) {
  return generate(
    {
      input: { [program]: source },
      cwd: folder,
      resolve: { conditionNames: [SOURCES, 'import', 'node'] },
      plugins: [placesOfModules(folder)],
    },
    {
      format: 'cjs',
      codeSplitting: false,
      // Node reads every character before it begins. Functions and classes keep their names, for stacks.
      minify: {
        compress: true,
        mangle: { toplevel: true, keepNames: true },
        codegen: { removeWhitespace: true },
      },
    },
  );
}

function declarationsOf(folder, entries) {
  const input = Object.entries(entries.public).map(([name, source]) => [name, declarationOf(source)]);
  return generate(
    {
      input: Object.fromEntries(input),
      cwd: folder,
      external: /^[^./]/,
      plugins: [dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false })],
    },
    { chunkFileNames: 'types-[name].js', keepNames: false },
  );
}

function pointersOf(entries) {
  return Object.entries(entries.public).map(([name, source]) => {
    return [`${name}.d.ts`, `export * from '.${declarationOf(source).replace(/\.d\.ts$/, '.js')}';\n`];
  });
}

/** Path of the compiler's declarations of a source. */
function declarationOf(source) {
  return source.replace(/^\.\/src\/(.*)\.ts$/, './build/$1.d.ts');
}

/** Bundles; gives the files by name. */
async function generate(input, output) {
  const bundle = await rolldown({
    platform: 'node',
    tsconfig: false,
    transform: { target: 'es2022' },
    logLevel: 'warn',
    ...input,
  });
  try {
    const made = await bundle.generate({
      comments: { jsdoc: false },
      // The mock is large enough for two functions of one name; the helper that keeps their names is a file
      // of its own.
      keepNames: input.cwd?.endsWith('qmp-mock') === true,
      minifyInternalExports: false,
      ...output,
    });
    return made.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]);
  } finally {
    await bundle.close();
  }
}

/** Keeps what a module finds by its own place: it says where that was, seen from `dist`. */
function placesOfModules(folder) {
  return {
    name: 'places-of-modules',
    transform(code, id) {
      if (!code.includes('import.meta.url') || !id.startsWith(folder + sep)) return null;
      const place = relative(join(folder, 'dist'), id).split(sep).join('/');
      const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
      // Lines stay where they are: the map is true without one of this.
      return { code: code.replaceAll('import.meta.url', url), map: null };
    },
  };
}

/**
 * Puts files into a folder in the place of all that is there. Somebody may be running them: each is replaced
 * as a whole, and only if it changed.
 */
function replace(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (contentsOf(path) === text) continue;
    const made = `${path}.${process.pid}`;
    writeFileSync(made, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    renameSync(made, path);
  }
  for (const name of readdirSync(folder)) {
    if (!files.has(name) && name !== 'cli' && !isCacheOf(name, files))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Whether a file is what a program has compiled of its code, as it is now. */
function isCacheOf(name, files) {
  const [, program, digest] = /^(.+)\.([0-9a-f]{16})-.*\.cache$/.exec(name) ?? [];
  return program !== undefined && files.get(`${program}.cjs`)?.includes(digest) === true;
}

function contentsOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
