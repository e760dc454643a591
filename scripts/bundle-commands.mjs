/**
 * Makes one file of each program that is started in QEMU's place, where the compiler put its entry: loading 130 modules one by one costs
 * more than all that the program then does. A CommonJS file, for Node has a module loader less to start then, and without white space,
 * for Node reads every character before it begins; names stay, so that stacks can be read. Part of `pnpm build`.
 *
 * `qmp-mock`, the other command, stays as it is: the user's script that it loads must see the same classes as it does.
 */
import { renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** `file`: the entry that is replaced, beside the module that its source imports; `code`: what it does, with that as `MODULE`. */
const programs = [
  {
    package: 'qmp-mock',
    file: 'dist/cli/fake-qemu.cjs',
    module: 'dist/cli/fake-qemu/main.js',
    code: 'import { main } from MODULE;\nvoid main(process.argv.slice(2));\n',
    banner: '#!/usr/bin/env node',
  },
  {
    package: 'qmp-vitest',
    file: 'dist/fake-qemu/launcher.cjs',
    module: 'dist/fake-qemu/launcher/main.js',
    code: 'import { runLauncher } from MODULE;\nvoid runLauncher();\n',
  },
];

const ENTRY = 'program-entry';

for (const program of programs) await makeOneFile(program);

async function makeOneFile({ package: name, file, module, code, banner }) {
  const path = (part) => fileURLToPath(new URL(`../packages/${name}/${part}`, import.meta.url));
  const entry = path(file);
  // Beside its place, under a name of this run's own: a second build may run at the same time.
  const made = path(file.replace(/\.cjs$/, `.${process.pid}.cjs`));
  // Without its record the compiler writes the entry anew each time, so that a bundle never outlives its sources.
  rmSync(path('tsconfig.build.tsbuildinfo'), { force: true });
  const bundle = await rolldown({
    input: ENTRY,
    plugins: [entryOf(code.replace('MODULE', JSON.stringify(path(module))))],
    platform: 'node',
    logLevel: 'warn',
  });
  try {
    await bundle.write({
      file: made,
      format: 'cjs',
      banner,
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      sourcemap: false,
    });
  } finally {
    await bundle.close();
  }
  renameSync(made, entry);
  rmSync(`${entry}.map`, { force: true });
}

/** The program, without the dynamic import of the compiled entry. */
function entryOf(code) {
  return {
    name: 'entry',
    resolveId: (id) => (id === ENTRY ? id : null),
    load: (id) => (id === ENTRY ? code : null),
  };
}
