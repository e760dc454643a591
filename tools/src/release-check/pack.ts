import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../lib/repository.ts';
import { UserError } from '../lib/user-error.ts';

/** A package as npm would publish it. */
export interface Tarball {
  readonly name: string;
  readonly path: string;
  /** Size of the tarball, in bytes. */
  readonly size: number;
  /** Paths of the files that it holds. */
  readonly contents: readonly string[];
}

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Packs every package of the repository with npm, which builds each of them first.
 *
 * @param folder - Folder for the tarballs.
 */
export function packPackages(folder: string): Tarball[] {
  return readdirSync(inRepository('packages'))
    .toSorted()
    .map((directory) => {
      const cwd = inRepository(join('packages', directory));
      const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
        cwd,
        encoding: 'utf8',
      });
      if (status !== 0) throw new UserError(`npm pack fails in packages/${directory}:\n${stderr}`);
      // npm 11 prints an object by package name, older versions a list.
      const [packed] = Object.values(JSON.parse(stdout) as Record<string, Packed>);
      if (packed === undefined) throw new UserError(`npm pack printed nothing in packages/${directory}`);
      const { name, filename, size, files } = packed;
      return { name, path: join(folder, filename), size, contents: files.map(({ path }) => path) };
    });
}
