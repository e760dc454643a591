import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilerPath } from '../lib/compilers.ts';
import { inRepository } from '../lib/repository.ts';

// Below node_modules, so that `qmp-core` and `@types/node` are found as in any project.
const FOLDER = inRepository('node_modules/.cache/qapi-types');

const TSCONFIG = {
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

/** A project of one file, which uses qmp-core. */
export class Project implements Disposable {
  /** Makes it anew with a file; gives that file's path. */
  write(file: string, source: string): string {
    this[Symbol.dispose]();
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, 'package.json'), '{ "private": true, "type": "module" }\n');
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    writeFileSync(join(FOLDER, file), source);
    return join(FOLDER, file);
  }

  /** The lines that a compiler prints of a file. */
  compile(alias: string, file: string, source: string): string[] {
    this.write(file, source);
    const args = [compilerPath(alias), '-p', FOLDER, '--pretty', 'false'];
    const { stdout, stderr, error } = spawnSync(process.execPath, args, { cwd: FOLDER, encoding: 'utf8' });
    if (error !== undefined) throw error;
    return (stdout + stderr).split('\n').filter((line) => line.trim() !== '');
  }

  [Symbol.dispose](): void {
    rmSync(FOLDER, { recursive: true, force: true });
  }
}
