import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { inRepository } from '../lib/repository.ts';
import { UserError } from '../lib/user-error.ts';
import type { Tarball } from '../release-check/pack.ts';

/** Longest time that one step may take, in ms: an installation from the registry on a loaded machine. */
const STEP_LIMIT = 300_000;

/** Outcome of a program. */
export interface Outcome {
  readonly ok: boolean;
  /** stdout and stderr, one after the other. */
  readonly text: string;
}

/** A folder with projects that use the packed packages, as projects outside of this repository do. */
export class Workshop {
  readonly #folder: string;
  readonly #tarballs: readonly Tarball[];

  constructor(folder: string, tarballs: readonly Tarball[]) {
    this.#folder = folder;
    this.#tarballs = tarballs;
  }

  /**
   * Makes a project and installs its packages with npm.
   *
   * @param packages - Versions of packages by name, beside those that are packed.
   * @param manifest - Further members of its `package.json`.
   */
  project(name: string, packages: Readonly<Record<string, string>>, manifest: object = {}): string {
    const project = join(this.#folder, name);
    const own = Object.fromEntries(this.#tarballs.map((tarball) => [tarball.name, `file:${tarball.path}`]));
    mkdirSync(project, { recursive: true });
    const text = { private: true, type: 'module', ...manifest, dependencies: { ...own, ...packages } };
    writeFileSync(join(project, 'package.json'), JSON.stringify(text));
    const { ok, text: said } = this.run(project, 'npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--legacy-peer-deps',
    ]);
    if (!ok) throw new UserError(`npm install fails in the project ${name}:\n${said}`);
    return project;
  }

  /**
   * Copies one of the files in `project/` into a project: the built one, or its source if it ends in `.ts`.
   */
  put(project: string, file: string, as: string = file): void {
    const from = file.endsWith('.ts')
      ? `tools/src/reach/project/${file}`
      : `tools/dist/reach/project/${file}`;
    mkdirSync(dirname(join(project, as)), { recursive: true });
    // The source map stays behind.
    const text = readFileSync(inRepository(from), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    writeFileSync(join(project, as), text);
  }

  /** Writes a file of a project. */
  write(project: string, file: string, text: string): void {
    writeFileSync(join(project, file), text);
  }

  /**
   * Runs a program in a project.
   *
   * @param node - Directory of the Node to use. Default: the one that runs this.
   */
  run(project: string, program: string, args: readonly string[], node?: string): Outcome {
    const path = [node, join(project, 'node_modules/.bin'), process.env['PATH']].filter(Boolean);
    const env = { ...process.env, PATH: path.join(delimiter), CI: '', NO_COLOR: '1', FORCE_COLOR: undefined };
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: project,
      env,
      encoding: 'utf8',
      timeout: STEP_LIMIT,
      maxBuffer: 1 << 26,
    });
    return {
      ok: status === 0,
      text: `${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : error.message}`,
    };
  }

  /** Installs a Node from npm. Returns the directory that it is in. */
  node(version: string): string {
    const folder = join(this.#folder, `node-${version}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const { ok, text } = this.run(folder, 'npm', ['install', '--no-audit', '--no-fund', `node@${version}`]);
    if (!ok) throw new UserError(`There is no node@${version}:\n${text}`);
    return join(folder, 'node_modules/.bin');
  }
}
