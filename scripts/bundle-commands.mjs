/**
 * Makes one file of the `fake-qemu` command, in the place where the compiler put its entry: loading 130 modules one by
 * one costs more than all that the command then does. Part of `pnpm build`.
 *
 * `qmp-mock`, the other command, stays as it is: the user's script that it loads must see the same classes as it does.
 */
import { renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const mock = (path) => fileURLToPath(new URL(`../packages/qmp-mock/${path}`, import.meta.url));
const entry = mock('dist/cli/fake-qemu.js');
// Beside its place, under a name of this run's own: a second build may run at the same time.
const made = mock(`dist/cli/fake-qemu.${process.pid}.js`);

// Without its record the compiler writes the entry anew each time, so that a bundle never outlives its sources.
rmSync(mock('tsconfig.build.tsbuildinfo'), { force: true });
const bundle = await rolldown({ input: entry, platform: 'node', logLevel: 'warn' });
try {
  await bundle.write({ file: made, format: 'esm', sourcemap: false });
} finally {
  await bundle.close();
}
renameSync(made, entry);
rmSync(`${entry}.map`, { force: true });
