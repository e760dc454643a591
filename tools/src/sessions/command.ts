import type { Command } from '@commander-js/extra-typings';
import { setPriority } from 'node:os';
import { HONEST, type PairClass } from '../beside/compare.ts';
import { FAKE_HELP, standIn } from '../beside/stand-in.ts';
import { writeRows } from '../lib/json-lines.ts';
import { UserError } from '../lib/user-error.ts';
import { requireQemus } from '../qemu/find-programs.ts';
import type { Program } from '../qemu/program.ts';
import { HostFiles } from './files.ts';
import { deviceMachines } from './generator/device-machines.ts';
import { sessions } from './generator/session-arbitrary.ts';
import { measureAll, type Bench, type Measured } from './measure.ts';
import { RealAccounts } from './real-accounts.ts';
import { listing, shrunk } from './report.ts';
import { classTable, kindsOf } from './table.ts';

/** How willingly the programs leave the processor to others. */
const NICENESS = 10;
const DIFFERENT: readonly PairClass[] = ['silent', 'other words', 'honest'];

export function define(command: Command): void {
  command
    .description(
      'Plays random sessions - a command line of ordinary parts, then commands - on a real QEMU and on a stand-in, and ' +
        'counts how often the stand-in does the same, says that it does not model something, or says something else. ' +
        'docs/fidelity.md tells what is counted as what. Exit status 1 if the stand-in succeeds where QEMU refuses, or ' +
        'the other way round. Needs qemu-img.',
    )
    .option('--qemu <path>', 'the real QEMU; default as in the other tools')
    .option('--version <version>', 'which of the QEMUs that are there; default: the oldest')
    .option('--fake <command>', FAKE_HELP)
    .option('--pairs <count>', 'how many starts and answers to compare', Number, 500)
    .option('--seed <number>', 'the seed of the sessions', Number, 1)
    .option('--devices', 'machines of two to eight of the recorded models, in random places, instead')
    .option('--jobs <count>', 'sessions at a time', Number, 2)
    .option('--kinds <count>', 'kinds of difference to show, each with a small session', Number, 12)
    .option('--honest <pattern>', 'what an honest answer says', HONEST.source)
    .option(
      '--cache <folder>',
      'keep here what the real QEMU did, so that another run asks only the stand-in',
    )
    .option('--out <file>', 'write every pair that is not identical, as lines of JSON')
    .action(async (options) => {
      setPriority(NICENESS);
      const { pairs, seed, jobs } = options;
      const qemu = choose(options.qemu, options.version);
      using files = await HostFiles.make();
      const bench: Bench = {
        qemu,
        standIn: standIn(qemu.version, options.fake),
        furnish: files.furnish,
        accounts: new RealAccounts(options.cache, qemu),
        honest: new RegExp(options.honest),
      };
      const started = performance.now();
      const made =
        options.devices === true ? deviceMachines(qemu.version, seed, pairs) : sessions(seed, pairs);
      const results = await measureAll(made, pairs, jobs, bench);
      const seconds = Math.round((performance.now() - started) / 1000);
      console.log(`${qemu.name}, seed ${seed}: ${results.length} sessions in ${seconds} s\n`);
      console.log(classTable(results));
      if (options.out !== undefined) writeRows(options.out, differences(results));
      const kinds = kindsOf(results, DIFFERENT);
      console.log(listing(kinds, DIFFERENT));
      for (const [at, kind] of kinds
        .filter((each) => each.class !== 'honest')
        .slice(0, options.kinds)
        .entries())
        console.log(`\n${at + 1}. ${await shrunk(kind, bench)}`);
      if (kinds.some((kind) => kind.class === 'silent')) process.exitCode = 1;
    });
}

function choose(path: string | undefined, version: string | undefined): Program {
  const found = requireQemus(path === undefined ? [] : [path]);
  const chosen = version === undefined ? found[0] : found.find((program) => program.version === version);
  if (chosen !== undefined) return chosen;
  throw new UserError(
    `There is no QEMU ${version}, but ${found.map(({ name }) => name).join(', ')}: give one with --qemu`,
  );
}

/** Every pair that is not identical, with its session. */
function differences(results: readonly Measured[]): object[] {
  return results.flatMap(({ session, pairs }) =>
    pairs.filter((pair) => pair.class !== 'identical').map((pair) => ({ ...pair, session })),
  );
}
