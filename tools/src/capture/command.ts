import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { learn, writeFolder } from '../internals/learn.ts';
import { inRepository } from '../lib/repository.ts';
import { QEMU_HELP, requireQemus } from '../qemu/find-programs.ts';

export function define(command: Command): void {
  command
    .description(
      `Teaches the mock a QEMU version: asks a real QEMU, and writes what it says to packages/qmp-mock/data/VERSION/TARGET.
The same binary gives the same bytes each time.

  schema.json    the reply to query-qmp-schema, QEMU's own text, one entry a line
  refusals.json  what the schema does not say of arguments: integer widths, alternates' names, unchecked commands
  queries.json   replies of the queries without arguments, on an idle machine none and pc
  machine.json   what the built-in machine starts from: options, commands of the human monitor, QOM objects
  rules.json     the named rules of behaviour
  profile.json   format, target and version`,
    )
    .option('--qemu <[version=]path...>', QEMU_HELP)
    .option(
      '--out <folder>',
      'where to put the folder of the version',
      inRepository('packages/qmp-mock/data'),
    )
    .action(async ({ qemu, out }) => {
      for (const program of requireQemus(qemu)) {
        const learned = await learn(program, { devices: true });
        const folder = writeFolder(join(out, program.version), learned);
        for (const note of learned.notes) console.error(`${program.name}: ${note}`);
        const size = Object.values(learned.files).reduce((sum, text) => sum + text.length, 0);
        console.log(`${program.name}: ${Math.round(size / 1024)} KiB in ${folder}`);
      }
    });
}
