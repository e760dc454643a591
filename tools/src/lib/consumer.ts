import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PACKAGES, packageFolder } from './packages.ts';
import { inRepository } from './repository.ts';
import { Scratch } from './scratch.ts';
import { UserError } from './user-error.ts';

/**
 * A project as a user has it: the three packages as they are published, one Vitest, and maybe tests. All
 * are copies but Vitest, so that the packages find that one and not the workspace's.
 */
export class Consumer implements Disposable {
  readonly #scratch = new Scratch('leak-');
  /** The Node that runs it. */
  readonly node: string;
  /** The file by which Vitest is run. */
  readonly vitest: string;
  /** Vitest's version. */
  readonly version: string;

  /**
   * @param folder - Folder whose node_modules has the Vitest, and maybe a `node`; '' for this workspace.
   * @param project - Folder of this repository whose files it gets.
   */
  constructor(folder: string, project?: string) {
    const modules = join(this.path, 'node_modules');
    const own = inRepository('packages/qmp-vitest');
    mkdirSync(modules);
    for (const name of PACKAGES) {
      const from = inRepository(`packages/${name}`);
      if (!existsSync(join(from, 'dist', 'index.js')))
        throw new UserError(`${name} is not built: run \`pnpm build\` first`);
      for (const part of ['package.json', 'dist', 'data']) {
        if (existsSync(join(from, part)))
          cpSync(join(from, part), join(modules, name, part), { recursive: true });
      }
    }
    // tmp-promise is a dependency of qmp-vitest, and tmp one of tmp-promise.
    const tmpPromise = packageFolder('tmp-promise', own);
    for (const [name, from] of [
      ['tmp-promise', tmpPromise],
      ['tmp', packageFolder('tmp', tmpPromise)],
    ] as const) {
      cpSync(from, join(modules, name), { recursive: true, dereference: true });
    }
    const vitest = packageFolder('vitest', folder === '' ? own : resolve(folder));
    symlinkSync(vitest, join(modules, 'vitest'));
    if (project !== undefined) cpSync(inRepository(project), this.path, { recursive: true });
    const node = folder === '' ? '' : join(resolve(folder), 'node_modules', 'node', 'bin', 'node');
    this.node = existsSync(node) ? node : process.execPath;
    this.vitest = join(vitest, 'vitest.mjs');
    const manifest: { version: string } = JSON.parse(readFileSync(join(vitest, 'package.json'), 'utf8'));
    this.version = manifest.version;
  }

  get path(): string {
    return this.#scratch.path;
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]();
  }
}
