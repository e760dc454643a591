import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { inRepository } from '../lib/repository.ts';
import { Scratch } from '../lib/scratch.ts';
import { packPackages } from '../release-check/pack.ts';

/** Limits of what is published: a version of QEMU adds ten files and some 90 KB. */
const MOST_FILES = 100;
const MOST_BYTES = 1_700_000;

export function define(command: Command): void {
  command
    .description(
      `Packs each published package as npm would, and lets publint and are-the-types-wrong look at the result.
A package may have ${MOST_FILES} files, and all of them together ${MOST_BYTES / 1e6} MB.`,
    )
    .action(() => {
      using scratch = new Scratch('qmp-pack-');
      const packed = packPackages(scratch.path);
      for (const { name, path, contents } of packed) {
        const folder = inRepository(join('packages', name));
        // Of a tarball it would look for the sources in vain, which are in it.
        const linted = run(`publint ${name}`, 'publint', ['--strict', path], folder);
        const typed = run(`are-the-types-wrong ${name}`, 'attw', [path, '--profile', 'esm-only'], folder);
        const stray = contents.filter((file) =>
          /\.test(-d)?\.|tsbuildinfo|(^|\/)(test|src|build)\//.test(file),
        );
        if (stray.length > 0)
          console.log(`FAIL  contents of ${name}: ${stray.join(', ')} should not be published`);
        const few = contents.length <= MOST_FILES;
        console.log(`${few ? 'ok   ' : 'FAIL '} ${contents.length} files in ${name}, of ${MOST_FILES}`);
        if (!linted || !typed || stray.length > 0 || !few) process.exitCode = 1;
      }
      const bytes = packed.reduce((sum, { size }) => sum + size, 0);
      const small = bytes <= MOST_BYTES;
      console.log(`${small ? 'ok   ' : 'FAIL '} ${bytes} bytes in all, of ${MOST_BYTES}`);
      if (!small) process.exitCode = 1;
    });
}

/** Runs a tool of this workspace; its output is shown only if it fails. */
function run(title: string, tool: string, args: readonly string[], cwd: string): boolean {
  const program = inRepository(`tools/node_modules/.bin/${tool}`);
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  console.log(status === 0 ? `ok    ${title}` : `FAIL  ${title}\n${error?.message ?? ''}${stdout}${stderr}`);
  return status === 0;
}
