import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilerPath } from './compilers.ts';
import { inRepository } from './repository.ts';

/** Compiler options of a consumer who is strict. */
export const COMPILER_OPTIONS = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  types: ['node'],
  module: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  allowImportingTsExtensions: true,
};

const TSCONFIG = { compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] };

/** A TypeScript project of a consumer of the built packages. */
export class TypeProject implements Disposable {
  readonly #folder: string;

  /** @param name - Of its folder, which is made anew. */
  constructor(name: string) {
    // Below node_modules, so that the packages and `@types/node` are found as in any project.
    this.#folder = inRepository(`node_modules/.cache/${name}`);
  }

  /** Makes it anew with some files; gives the path of its folder. */
  write(files: ReadonlyMap<string, string>): string {
    this[Symbol.dispose]();
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const [name, source] of files) writeFileSync(join(this.#folder, name), source);
    return this.#folder;
  }

  /** The lines that a compiler prints of some files. */
  compile(alias: string, files: ReadonlyMap<string, string>): string[] {
    const cwd = this.write(files);
    const args = [compilerPath(alias), '-p', cwd, '--pretty', 'false'];
    const { stdout, stderr, error } = spawnSync(process.execPath, args, {
      cwd,
      encoding: 'utf8',
      maxBuffer: Infinity,
    });
    if (error !== undefined) throw error;
    return (stdout + stderr).split('\n').filter((line) => line.trim() !== '');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
