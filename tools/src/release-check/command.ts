import type { Command } from '@commander-js/extra-typings';
import { Scratch } from '../lib/scratch.ts';
import { UserError } from '../lib/user-error.ts';
import { INSTALLERS, type Installer } from './installers.ts';
import { packPackages } from './pack.ts';
import { checkProject } from './project.ts';

export function define(command: Command): void {
  command
    .description(
      `Packs the three packages as npm would, installs them into empty projects with npm, pnpm (strict) and yarn, and
type-checks, emits declarations and runs a test in each. Needs the npm registry.`,
    )
    .option('--with <name...>', 'package managers to try', Object.keys(INSTALLERS))
    .action(({ with: names }) => {
      using scratch = new Scratch('qmp-release-');
      const tarballs = packPackages(scratch.path);
      const bytes = tarballs.reduce((sum, { size }) => sum + size, 0);
      for (const { name, size, contents } of tarballs) {
        console.log(`packed  ${name}: ${contents.length} files, ${Math.round(size / 1024)} KiB`);
      }
      console.log(`packed  all three: ${(bytes / 1024 ** 2).toFixed(2)} MiB`);
      let good = true;
      for (const name of names) {
        const installer: Installer | undefined = INSTALLERS[name];
        if (installer === undefined) {
          throw new UserError(`--with takes ${Object.keys(INSTALLERS).join(', ')}, not ${name}`);
        }
        good = checkProject(name, installer, tarballs, scratch.file(name)) && good;
      }
      if (!good) process.exitCode = 1;
    });
}
