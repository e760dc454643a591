import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import type { Command } from '@commander-js/extra-typings';
import { PACKAGES } from '../lib/packages.ts';
import { loadCompiler } from '../lib/public-exports.ts';
import { inRepository } from '../lib/repository.ts';
import { findFaults } from './comments.ts';
import { findUndocumented } from './exports.ts';

/** Sources whose comments aren't written by hand, or quote a compiler. */
const EXEMPT = /\/qapi\/qemu-|\/test\/types\/mistakes\.ts$/;

export function define(command: Command): void {
  command
    .description(
      `Checks the words of comments, as far as that can be decided: how doc comments begin, "is none", "is no X", the
form of tags, and lines of more than 110 columns. Checks as well that every public export has a doc comment, and every
exported value an @example.`,
    )
    .action(async () => {
      const compiler = await loadCompiler();
      let count = 0;
      for (const file of sources()) {
        for (const { line, rule } of findFaults(compiler, readFileSync(inRepository(file), 'utf8'))) {
          console.log(`${file}:${line} ${rule}`);
          count += 1;
        }
      }
      for (const { entry, name, missing } of findUndocumented(compiler, PACKAGES)) {
        console.log(`${entry}: ${name} has no ${missing}`);
        count += 1;
      }
      if (count > 0) process.exitCode = 1;
      console.log(count === 0 ? 'Comments are in order.' : `${count} comments are to be mended.`);
    });
}

/** The sources that are written by hand. */
function sources(): string[] {
  const { stdout } = spawnSync('git', ['ls-files', 'packages', 'tools', 'scripts', 'examples'], {
    cwd: inRepository(),
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((file) => /\.m?ts$|\.mjs$/.test(file) && !EXEMPT.test(file));
}
