import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { pattern, positive } from '../lib/options.ts';
import { inRepository } from '../lib/repository.ts';
import { writeSection } from '../lib/section.ts';
import { recordedVersions } from '../lib/versions.ts';
import { QEMU_HELP, requireQemus } from '../qemu/find-programs.ts';
import { fakeQemu } from '../qemu/program.ts';
import { checkCorpus, isIdentical, tallyTable, type Tally } from './corpus/check.ts';
import { recordCorpus } from './corpus/record.ts';
import { recordEngine } from './engine/record.ts';
import { recordImages } from './images.ts';
import { writeRefusals } from './refusals.ts';
import { writeReplies } from './replies.ts';

const QEMU = '--qemu <[version=]path...>';
const ONLY = '--only <regex>';
/** The section of the pages with the counts. */
const SECTION = 'recorded cases';
const EVERY = /(?:)/;
const ONLY_HELP = 'only the cases whose ids it fits';

export function define(command: Command): void {
  command.description(
    "Writes down what real QEMUs answer, for the tests of qmp-mock ('packages/qmp-mock/test').",
  );

  command
    .command('engine')
    .description('conversations with an idle monitor: conformance/engine.jsonl and commands.json')
    .option(QEMU, QEMU_HELP)
    .option(ONLY, ONLY_HELP, pattern)
    .option('--check', 'write nothing; fail if a QEMU answers otherwise than the table says')
    .action(async ({ qemu, only = EVERY, check = false }) => {
      for (const program of requireQemus(qemu))
        if (!(await recordEngine(program, { only, check }))) process.exitCode = 1;
    });

  command
    .command('corpus')
    .description('command lines, a process for each case: conformance/corpus/VERSION.jsonl')
    .option(QEMU, QEMU_HELP)
    .option(
      '--fake [folder...]',
      'check fake-qemu, as each recorded version or what qmp-mock learn wrote, instead of recording a QEMU',
    )
    .option(ONLY, ONLY_HELP, pattern)
    .option('--check', 'record nothing; count by category how many answers are as recorded')
    .option(
      '--disturbed',
      'with --check: halt the QEMU again and again; cases that differ then depend on time',
    )
    .option('--write', 'with --fake: keep the counts in docs/fidelity.md and the README of qmp-mock')
    .option('--jobs <number>', 'how many cases run at once', positive, 2)
    .action(async ({ qemu, fake = false, check = false, write = false, only = EVERY, jobs, disturbed }) => {
      const learned = Array.isArray(fake) ? fake.map((folder) => resolve(folder)) : recordedVersions();
      const programs = fake === false ? requireQemus(qemu) : learned.map(fakeQemu);
      const tallies = new Map<string, Tally>();
      for (const program of programs) {
        if (fake === false && !check) await recordCorpus(program, { only, jobs });
        else tallies.set(program.version, await checkCorpus(program, { only, jobs, disturbed }));
      }
      if (tallies.size > 0) console.log(tallyTable(tallies));
      if (write) {
        writeSection(inRepository('docs/fidelity.md'), SECTION, tallyTable(tallies));
        writeSection(inRepository('packages/qmp-mock/README.md'), SECTION, tallyTable(tallies, ['cases']));
      }
      if (![...tallies.values()].every(isIdentical)) process.exitCode = 1;
    });

  command
    .command('refusals')
    .description('how arguments are refused: refusals/VERSION.jsonl')
    .option(QEMU, QEMU_HELP)
    .action(async ({ qemu }) => {
      for (const program of requireQemus(qemu)) await writeRefusals(program);
    });

  command
    .command('replies')
    .description('returns and events of a machine with devices: replies/VERSION.jsonl')
    .option(QEMU, QEMU_HELP)
    .action(async ({ qemu }) => {
      for (const program of requireQemus(qemu)) await writeReplies(program);
    });

  command
    .command('images')
    .description('sequences of commands to the qemu-img on PATH: qemu-img/sequences.jsonl')
    .action(recordImages);
}
