import { Argument, type Command } from '@commander-js/extra-typings';
import { positive } from '../lib/options.ts';
import { QEMU_HELP, requireQemus } from '../qemu/find-programs.ts';
import type { Program } from '../qemu/program.ts';
import { compareArguments } from './arguments.ts';
import { compareDisks } from './disks.ts';
import { compareEngine } from './engine.ts';
import { compareImageLines } from './image-lines.ts';
import { compareImages } from './images.ts';
import { compareMachine } from './machine.ts';

const COMPARISONS = {
  engine: compareEngine,
  arguments: compareArguments,
  machine: compareMachine,
  disks: compareDisks,
};
type Name = keyof typeof COMPARISONS;
/** Comparisons of `qemu-img`, which need no QEMU. */
type ImageName = 'images' | 'image-lines';
const NAMES: readonly (Name | ImageName)[] = [
  ...(Object.keys(COMPARISONS) as Name[]),
  'images',
  'image-lines',
];

/** How many inputs, if it is not said. */
const INPUTS: Readonly<Record<Name | ImageName, number>> = {
  engine: 20_000,
  arguments: 20_000,
  machine: 100,
  disks: 100,
  images: 100,
  'image-lines': 300,
};

export function define(command: Command): void {
  command
    .description(
      `Gives generated inputs to real QEMUs and to the mock, and compares what they answer. The first difference is made
as small as it can be and told; the exit status is then 1.

  engine     bytes, whole and damaged, to the monitor: what comes back, byte for byte
  arguments  arguments of every command, none of which ever runs: the words of the refusal
  machine    start options, and sequences of commands to the built-in machine: every reply and event
  disks      sequences of commands on disks: replies, events, and the images that they leave, which qemu-img judges
  images     sequences of commands to the qemu-img on PATH and to ours: output, status, and the images
  image-lines  single lines, right and wrong ones, to both: output, status and files; all are told and counted`,
    )
    .addArgument(new Argument('[comparisons...]').choices(NAMES).default(NAMES, 'all'))
    .option('--qemu <[version=]path...>', QEMU_HELP)
    .option(
      '--inputs <number>',
      'inputs, for machine, disks and images sequences; default: 20000, 20000, 100, 100, 100 and 300',
      positive,
    )
    .option('--seed <number>', 'the seed of the inputs', positive, 1)
    .option('--path <path>', 'one input alone, as it was told when it was found')
    .option('--oob', 'engine: with out-of-band execution')
    .option('--pretty', 'engine: on a monitor with pretty=on')
    .option('--no-negotiation', 'engine: before negotiation')
    .option('--reject', 'arguments: with -compat rejecting what is deprecated or unstable')
    .option('--length <number>', 'machine, disks and images: commands of a sequence', positive, 12)
    .option('--list', 'image-lines: tell also what ours says not to model')
    .action(async (names, { qemu, inputs, ...options }) => {
      for (const name of names) {
        if (name === 'images') {
          if (!(await compareImages({ ...options, inputs: inputs ?? INPUTS.images }))) process.exitCode = 1;
          continue;
        }
        if (name === 'image-lines') {
          if (!compareImageLines({ ...options, inputs: inputs ?? INPUTS[name] })) process.exitCode = 1;
          continue;
        }
        const programs: readonly Program[] = requireQemus(qemu);
        for (const program of programs) {
          const given = { ...options, inputs: inputs ?? INPUTS[name] };
          if (!(await COMPARISONS[name](program, given))) process.exitCode = 1;
        }
      }
    });
}
