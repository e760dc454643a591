import type { Command } from '@commander-js/extra-typings';
import { learn, writeFolder } from '../internals/learn.ts';
import { pattern } from '../lib/options.ts';
import { inRepository } from '../lib/repository.ts';
import { timed } from '../lib/timed.ts';
import { UserError } from '../lib/user-error.ts';
import { recordedVersions } from '../lib/versions.ts';
import { programAt } from '../qemu/program.ts';
import { writePages } from '../docs/pages.ts';
import { staleFiles, writeGenerated } from './generated.ts';
import { forget, record } from './recordings.ts';

const relative = (path: string): string => path.slice(inRepository().length);

export function define(command: Command): void {
  command.description(
    'The QEMU versions that the packages know: packages/qmp-mock/data has a folder of each, and no other file names them ' +
      'but what is generated from the folders, and the recordings of the tests.',
  );

  command
    .command('add')
    .argument('<qemu>', 'path of a qemu-system-x86_64')
    .description(
      `Adds the version of a QEMU, or writes it anew: asks the QEMU for all that the mock has to know of it
(packages/qmp-mock/data/VERSION/TARGET, as 'qmp-mock learn' does), generates qmp-core's types and exports, and records
what the QEMU answers for the tests. The same binary gives the same files.`,
    )
    .option(
      '--only <regex>',
      'only these recordings: refusals, replies, engine, corpus, cases',
      pattern,
      /(?:)/,
    )
    .option('--no-recordings', 'record nothing for the tests')
    .action(async (path, { only, recordings }) => {
      const program = programAt(path);
      const learned = await timed(`${program.name}: data`, () => learn(program, { devices: true }));
      for (const note of learned.notes) console.log(`not learned: ${note}`);
      console.log(writeFolder(inRepository(`packages/qmp-mock/data/${program.version}`), learned));
      report(writeGenerated());
      if (recordings) await record(program, only);
      report((await writePages()).map((page) => inRepository(page)));
    });

  command
    .command('remove')
    .argument('<version>', 'for example 10.0')
    .description('Removes a version: its folder, its types and exports, and its recordings.')
    .action(async (version) => {
      const known = recordedVersions();
      if (!known.includes(version)) throw new UserError(`There is no ${version}, only ${known.join(', ')}`);
      if (known.length === 1) throw new UserError(`${version} is the only version that there is`);
      forget(version);
      report(writeGenerated());
      report((await writePages()).map((page) => inRepository(page)));
    });

  command
    .command('generate')
    .description('Writes what is generated from the folders of the versions.')
    .option('--check', 'write nothing; fail if a file is not what would be written')
    .action(({ check = false }) => {
      if (!check) return report(writeGenerated());
      const stale = staleFiles().map(relative);
      if (stale.length === 0) return;
      console.error(
        `Not as they are generated: ${stale.join(', ')}\nRun \`pnpm qemu:generate\` and commit the result.`,
      );
      process.exitCode = 1;
    });
}

function report(paths: readonly string[]): void {
  for (const path of paths) console.log(relative(path));
}
