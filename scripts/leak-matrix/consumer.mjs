import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(root, 'packages');

/**
 * A project as a user has it: the three packages as they are published, one Vitest, and the tests of the matrix. All
 * are copies but Vitest, so that the packages find that one and not the workspace's.
 *
 * @param folder folder whose node_modules has the Vitest, and maybe a `node`; '' for this workspace
 */
export function makeConsumer(folder) {
  const path = mkdtempSync(join(tmpdir(), 'leak-'));
  const modules = join(path, 'node_modules');
  mkdirSync(modules);
  for (const name of ['qmp-core', 'qmp-mock', 'qmp-vitest']) {
    const from = join(packages, name);
    if (!existsSync(join(from, 'dist', 'index.js')))
      throw new Error(`${name} is not built: run \`pnpm build\` first`);
    for (const part of ['package.json', 'dist', 'data']) {
      if (existsSync(join(from, part)))
        cpSync(join(from, part), join(modules, name, part), { recursive: true });
    }
  }
  // tmp-promise is a dependency of qmp-vitest, and tmp one of tmp-promise.
  const tmpPromise = folderOf('tmp-promise', join(packages, 'qmp-vitest'));
  for (const [name, from] of [
    ['tmp-promise', tmpPromise],
    ['tmp', folderOf('tmp', tmpPromise)],
  ]) {
    cpSync(realpathSync(from), join(modules, name), { recursive: true, dereference: true });
  }
  const vitest = folderOf('vitest', folder === '' ? join(packages, 'qmp-vitest') : resolve(folder));
  symlinkSync(vitest, join(modules, 'vitest'));
  cpSync(join(packages, 'qmp-vitest', 'test', 'leaks', 'project'), path, { recursive: true });
  const node = folder === '' ? '' : join(resolve(folder), 'node_modules', 'node', 'bin', 'node');
  return {
    path,
    node: existsSync(node) ? node : process.execPath,
    vitest: join(vitest, 'vitest.mjs'),
    version: JSON.parse(readFileSync(join(vitest, 'package.json'), 'utf8')).version,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Folder of a package, as one that depends on it finds it. */
function folderOf(name, from) {
  const require = createRequire(join(from, 'package.json'));
  return realpathSync(dirname(require.resolve(`${name}/package.json`)));
}
