/** The built-in machine: random start options and sequences of commands. */
import { HONEST } from '../beside/compare.ts';
import { foldLine } from '../beside/fold.ts';
import { runCampaign, type CampaignOptions } from '../lib/campaign.ts';
import { Scratch } from '../lib/scratch.ts';
import { writeIdleGuest } from '../qemu/idle-guest.ts';
import { Monitor } from '../qemu/monitor.ts';
import { fakeQemu, type Program } from '../qemu/program.ts';
import { plans, type Plan } from './machine-plans.ts';

/** How long a program may say nothing, in ms. */
const DEADLINE = 20_000;
/** Characters of a line that are shown. */
const SHOWN = 1000;

export interface MachineOptions extends CampaignOptions {
  /** Commands of a sequence. */
  readonly length: number;
}

export async function compareMachine(program: Program, options: MachineOptions): Promise<boolean> {
  const stand = fakeQemu(program.version);
  return runCampaign<Plan>(
    {
      name: `${program.name}, machine`,
      input: plans(options.length),
      show: ({ machine, options: more, steps }) =>
        `${[...machine, ...more.flat()].join(' ')}: ${steps.map(([name]) => name).join(', ')}`,
      async check(plan) {
        const [real, ours] = await Promise.all([play(program, plan), play(stand, plan)]);
        const at = real.findIndex((line, index) => line !== ours[index]);
        if (at < 0 && real.length === ours.length) return undefined;
        const from = at < 0 ? real.length : at;
        // From here on the two machines may not be the same.
        if (HONEST.test(ours[from] ?? '')) return undefined;
        const before = real.slice(0, from).map((line) => `    ${line.slice(0, SHOWN / 3)}`);
        const shown = (line = 'nothing'): string => line.slice(0, SHOWN);
        return ['they differ', ...before, `  - ${shown(real[from])}`, `  + ${shown(ours[from])}`].join('\n');
      },
    },
    options,
  );
}

/** Runs a program through a plan; gives what it said, one line after another, and how it ended. */
async function play(program: Program, { machine, options, steps }: Plan): Promise<string[]> {
  using scratch = new Scratch('qd-');
  writeIdleGuest(scratch.file('idle.bin'));
  const args = [...machine, ...options.flat()].map((word) => word.replace('@TMP@', scratch.path));
  const said: string[] = [];
  const hear = (line: string): void => void said.push(foldLine(line).replaceAll(scratch.path, '@TMP@'));
  try {
    await using monitor = await Monitor.start(program, [...args, '-nodefaults'], { deadline: DEADLINE });
    monitor.onEvent(hear);
    for (const [execute, given] of steps) {
      said.push(`> ${execute} ${given === undefined ? '' : JSON.stringify(given)}`);
      hear((await monitor.ask({ execute, arguments: given })).text);
    }
  } catch (error) {
    // Each says it in its own name.
    said.push((error as Error).message.replaceAll(program.name, 'it').split('\n')[0]!);
  }
  return said;
}
