import type { Command } from '@commander-js/extra-typings';
import { recordedVersions } from '../lib/versions.ts';
import { typesOf } from './types-of.ts';

export function define(command: Command): void {
  command
    .description(
      'Writes packages/qmp-core/src/qapi/qemu-VERSION.ts from the schema that was recorded of each version.',
    )
    .option('--check', 'write nothing; fail if a file is not what would be written')
    .action(async ({ check = false }) => {
      let stale = 0;
      for (const version of recordedVersions()) {
        const types = await typesOf(version);
        if (!check) {
          await types.write();
          console.log(`${types.path}: ${types.commands} commands, ${types.events} events`);
        } else if (!(await types.isWritten())) {
          stale += 1;
          console.error(`${types.path} is not what the generator writes from the data of ${version}.`);
        }
      }
      if (stale === 0) return;
      console.error('Run `pnpm qapi:generate` and commit the result.');
      process.exitCode = 1;
    });
}
