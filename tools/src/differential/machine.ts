/** The built-in machine: random start options and sequences of commands. */
import { HONEST } from '../beside/compare.ts';
import { foldLine } from '../beside/fold.ts';
import { runCampaign, type CampaignOptions } from '../lib/campaign.ts';
import { Scratch } from '../lib/scratch.ts';
import { writeIdleGuest } from '../qemu/idle-guest.ts';
import { Lines, NoLineError } from '../qemu/lines.ts';
import { QemuProcess } from '../qemu/process.ts';
import { fakeQemu, type Program } from '../qemu/program.ts';
import { listenOn } from '../qemu/sockets.ts';
import { plans, type Plan } from './machine-plans.ts';

/** How long a program may take for one answer, in ms. */
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

/** Runs a program through a plan; gives what it said, one line after another. */
async function play(program: Program, { machine, options, steps }: Plan): Promise<string[]> {
  using scratch = new Scratch('qd-');
  writeIdleGuest(scratch.file('idle.bin'));
  await using listener = await listenOn(scratch.file('m'));
  const args = [...machine, ...options.flat()].map((word) => word.replace('@TMP@', scratch.path));
  await using running = new QemuProcess(program, [
    ...args,
    ...['-nodefaults', '-display', 'none'],
    ...['-chardev', `socket,id=mon,path=${scratch.file('m')}`, '-qmp', 'chardev:mon'],
  ]);
  const said: string[] = [];
  try {
    await using lines = new Lines(await listener.accept(running), { deadline: DEADLINE });
    await lines.line();
    lines.send('{"execute":"qmp_capabilities"}');
    await lines.line();
    for (const [id, [execute, given]] of steps.entries()) {
      said.push(`> ${execute} ${given === undefined ? '' : JSON.stringify(given)}`);
      lines.send(JSON.stringify({ execute, arguments: given, id }));
      const answered = (line: string): boolean =>
        line.includes(`"id": ${id}`) && !line.startsWith('{"timestamp"');
      const section = await lines.linesUntil(answered);
      said.push(...section.lines.map((line) => foldLine(line).replaceAll(scratch.path, '@TMP@')));
      if (section.end === 'ended') return [...said, 'END'];
      if (section.end === 'silent') throw new NoLineError('silent', DEADLINE);
    }
    return said;
  } catch (error) {
    const { exit } = running;
    const end = exit === undefined ? (error as Error).message : `ended at the start with ${exit.code}`;
    return [...said, end];
  }
}
