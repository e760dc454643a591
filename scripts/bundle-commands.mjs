/**
 * Makes one file of the `fake-qemu` command, in the place where the compiler put its entry: loading 130 modules one by
 * one costs more than all that the command then does. A CommonJS file, for Node has a module loader less to start then, and
 * without white space, for Node reads every character before it begins; names stay, so that stacks can be read.
 * Part of `pnpm build`.
 *
 * `qmp-mock`, the other command, stays as it is: the user's script that it loads must see the same classes as it does.
 */
import { renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const mock = (path) => fileURLToPath(new URL(`../packages/qmp-mock/${path}`, import.meta.url));
const command = mock('dist/cli/fake-qemu.cjs');
// Beside its place, under a name of this run's own: a second build may run at the same time.
const made = mock(`dist/cli/fake-qemu.${process.pid}.cjs`);

/** What the command does, without the dynamic import of the compiled entry. */
const ENTRY = 'fake-qemu-entry';
const entry = {
  name: 'entry',
  resolveId: (id) => (id === ENTRY ? id : null),
  load: (id) =>
    id === ENTRY
      ? `import { main } from ${JSON.stringify(mock('dist/cli/fake-qemu/main.js'))};\nvoid main(process.argv.slice(2));\n`
      : null,
};

// Without its record the compiler writes the entry anew each time, so that a bundle never outlives its sources.
rmSync(mock('tsconfig.build.tsbuildinfo'), { force: true });
const bundle = await rolldown({ input: ENTRY, plugins: [entry], platform: 'node', logLevel: 'warn' });
try {
  await bundle.write({
    file: made,
    format: 'cjs',
    banner: '#!/usr/bin/env node',
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    sourcemap: false,
  });
} finally {
  await bundle.close();
}
renameSync(made, command);
rmSync(`${command}.map`, { force: true });
