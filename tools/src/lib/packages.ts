import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The folder of a package, as another finds it that depends on it.
 *
 * @param from - A folder with a `package.json`.
 */
export function packageFolder(name: string, from: string): string {
  const require = createRequire(join(from, 'package.json'));
  return realpathSync(dirname(require.resolve(`${name}/package.json`)));
}

/** The packages that are published. */
export const PACKAGES: readonly string[] = ['qmp-core', 'qmp-mock', 'qmp-vitest'];
