/**
 * `fake-qemu-img` beside `qemu-img`: random sequences of commands, their output, and the images that they
 * leave.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCampaign, type CampaignOptions } from '../lib/campaign.ts';
import { Scratch } from '../lib/scratch.ts';
import { folded, ourImg, runProgram } from './image-programs.ts';
import { imageSteps, type ImageStep } from './image-steps.ts';

export interface ImagesOptions extends CampaignOptions {
  /** Commands of a sequence. */
  readonly length: number;
}

/** Compares sequences of commands. Says whether all were alike. */
export async function compareImages(options: ImagesOptions): Promise<boolean> {
  return runCampaign<readonly ImageStep[]>(
    {
      name: 'qemu-img',
      input: imageSteps(options.length),
      show: (steps) => steps.map(showStep).join('\n'),
      check: difference,
    },
    options,
  );
}

function showStep(step: ImageStep): string {
  return 'run' in step
    ? `qemu-img ${step.run.map((word) => (word === '' ? "''" : word)).join(' ')}`
    : `qemu-io -f ${step.format} ${step.io.map((each) => `-c '${each}'`).join(' ')} ${step.file}`;
}

/** Plays a sequence on both, and tells the first thing that differs. */
function difference(steps: readonly ImageStep[]): string | undefined {
  using scratch = new Scratch('qi-');
  const real = scratch.file('real');
  const ours = scratch.file('ours');
  mkdirSync(real);
  mkdirSync(ours);
  for (const step of steps) {
    if ('io' in step) {
      for (const directory of [real, ours]) {
        runProgram(
          'qemu-io',
          ['-f', step.format, ...step.io.flatMap((each) => ['-c', each]), step.file],
          directory,
        );
      }
      continue;
    }
    const expected = folded(runProgram('qemu-img', step.run, real));
    // An image that real commands have damaged (a snapshot of one with a bitmap, in 7.2) tells nothing of
    // ours.
    if (step.run[0] === 'check' && /errors were found|repaired|leaked/.test(expected.stdout))
      return undefined;
    const said = folded(ourImg(step.run, ours));
    for (const part of ['status', 'stdout', 'stderr'] as const) {
      if (expected[part] === said[part]) continue;
      return `${showStep(step)}: ${part} differs\n  - ${expected[part]}\n  + ${said[part]}`;
    }
  }
  return wrongImage(real, ours);
}

/** Lets the real `qemu-img` judge the images that were left behind. */
function wrongImage(real: string, ours: string): string | undefined {
  for (const name of new Set([...readdirSync(real), ...readdirSync(ours)])) {
    if (!existsSync(join(real, name)) || !existsSync(join(ours, name))) return `${name} is on one side only`;
    const check = runProgram('qemu-img', ['check', join(ours, name)], ours);
    const fine = check.status === 0 || check.status === 63;
    if (!fine) return `${name} isn't clean\n${check.stdout}${check.stderr}`;
    const compare = runProgram('qemu-img', ['compare', join(real, name), join(ours, name)], ours);
    if (compare.status !== 0) return `${name} has other contents\n${compare.stdout}${compare.stderr}`;
  }
  return undefined;
}
