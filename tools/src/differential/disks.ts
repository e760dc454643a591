/**
 * `fake-qemu` beside a real QEMU: random sequences of commands on disks, the replies, the events, and the
 * images that they leave.
 */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { standIn } from '../beside/stand-in.ts';
import { foldLine } from '../beside/fold.ts';
import { runCampaign, type CampaignOptions } from '../lib/campaign.ts';
import { Scratch } from '../lib/scratch.ts';
import { Monitor, NO_MACHINE } from '../internals/qemu-driver.ts';
import type { Program } from '../qemu/program.ts';
import { diskSteps, FIRST_NODES, type DiskStep } from './disk-steps.ts';
import { folded, runProgram } from './image-programs.ts';

export interface DisksOptions extends CampaignOptions {
  /** Commands of a sequence. */
  readonly length: number;
}

/** Time in ms that an answer may take. */
const DEADLINE = 60_000;
/** States of a job in which it goes on by itself. */
const WORKS = new Set(['created', 'running', 'waiting', 'pending', 'aborting']);

/** Compares sequences of commands. Says whether all were alike. */
export async function compareDisks(program: Program, options: DisksOptions): Promise<boolean> {
  const ours = standIn(program.version);
  let honest = 0;
  return runCampaign<readonly DiskStep[]>(
    {
      name: `disks of ${program.name}`,
      input: diskSteps(options.length),
      show: (steps) => `\n${steps.map(showStep).join('\n')}`,
      check: async (steps) => {
        const found = await difference(program, ours, steps);
        if (found !== 'honest') return found;
        honest += 1;
        return undefined;
      },
      note: () => `${honest} came to something that is not modelled`,
    },
    options,
  );
}

function showStep({ execute, arguments: args, cancels }: DiskStep): string {
  return `${execute} ${JSON.stringify(args)}${cancels === true ? ' (cancelled when it is ready)' : ''}`;
}

/** Plays a sequence on both, and tells the first thing that differs. */
async function difference(
  program: Program,
  ours: Program,
  steps: readonly DiskStep[],
): Promise<string | undefined> {
  using scratch = new Scratch('qd-');
  const [real, fake] = [scratch.file('real'), scratch.file('ours')];
  mkdirSync(real);
  furnish(real);
  cpSync(real, fake, { recursive: true });
  const expected = await play(program, real, steps);
  const said = await play(ours, fake, steps);
  if (said.some((line) => line.includes('does not model'))) return 'honest';
  for (const [index, line] of expected.entries()) {
    if (line === said[index]) continue;
    const step = [...FIRST_NODES, ...steps][index];
    const title = step === undefined ? 'the nodes at the end' : showStep(step);
    return `${title}: differs\n  - ${line}\n  + ${said[index]}`;
  }
  return wrongImage(real, fake);
}

/** Images that real programs have filled. */
function furnish(directory: string): void {
  const make = (...args: string[]): void => void runProgram('qemu-img', ['create', '-q', ...args], directory);
  const write = (name: string, format: string, ...commands: string[]): void =>
    void runProgram('qemu-io', ['-f', format, ...commands.flatMap((each) => ['-c', each]), name], directory);
  make('-f', 'qcow2', 'base.qcow2', '4M');
  make('-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', 'disk.qcow2');
  make('-f', 'raw', 'raw.raw', '4M');
  write('base.qcow2', 'qcow2', 'write -P 1 0 300k', 'write -P 2 1M 64k', 'write -P 3 3M 1M');
  write('disk.qcow2', 'qcow2', 'write -P 4 64k 100k', 'write -z 3M 128k', 'write -P 5 2M 4k');
  write('raw.raw', 'raw', 'write -P 6 0 1M');
}

/** Plays a sequence on one: what it said to each command, with the events up to the end of its jobs. */
async function play(program: Program, directory: string, steps: readonly DiskStep[]): Promise<string[]> {
  await using monitor = await Monitor.start(program, NO_MACHINE, { cwd: directory, deadline: DEADLINE });
  const transcript: string[] = [];
  let events: string[] = [];
  monitor.onEvent((text) => events.push(foldLine(text)));
  for (const { cancels, ...request } of [...FIRST_NODES, ...steps]) {
    events = [];
    const { text } = await monitor.ask(request);
    await settle(monitor, cancels === true);
    transcript.push(foldSizes([foldLine(text), ...events].join('\n    ')));
  }
  const nodes = await monitor.ask({ execute: 'query-named-block-nodes', arguments: { flat: true } });
  transcript.push(foldSizes(foldLine(nodes.text)));
  monitor.send({ execute: 'quit' });
  await monitor.drain();
  await monitor.process.closed;
  return transcript;
}

/** Waits until no job works. One that is ready is brought to its end. */
async function settle(monitor: Monitor, cancels: boolean): Promise<void> {
  for (;;) {
    const jobs = await monitor.value<{ id: string; status: string }[]>({ execute: 'query-jobs' });
    const ready = jobs.find(({ status }) => status === 'ready');
    if (ready !== undefined) {
      const execute = cancels ? 'block-job-cancel' : 'block-job-complete';
      await monitor.ask({ execute, arguments: { device: ready.id } });
    } else if (!jobs.some(({ status }) => WORKS.has(status))) return;
  }
}

/** Folds what depends on the file system, and on when tables are written. */
function foldSizes(text: string): string {
  return text
    .replaceAll(/"actual-size":\d+/g, '"actual-size":N')
    .replaceAll(/("virtual-size":)\d+(,"filename":"[^"]*","format":"file")/g, '$1N$2');
}

/** Lets the real `qemu-img` judge the images that were left behind. */
function wrongImage(real: string, fake: string): string | undefined {
  for (const name of new Set([...readdirSync(real), ...readdirSync(fake)])) {
    if (!existsSync(join(real, name)) || !existsSync(join(fake, name))) return `${name} is on one side only`;
    const format = name.endsWith('.raw') ? 'raw' : 'qcow2';
    const run = (where: string, ...args: string[]): ReturnType<typeof runProgram> =>
      folded(runProgram('qemu-img', args, where));
    if (format === 'qcow2') {
      const check = run(fake, 'check', '-f', format, name);
      if (check.status !== 0) return `${name} isn't clean\n${check.stdout}${check.stderr}`;
    }
    const compare = run(fake, 'compare', '-f', format, '-F', format, join(real, name), name);
    if (compare.status !== 0) return `${name} has other contents\n${compare.stdout}${compare.stderr}`;
    const [expected, said] = [real, fake].map((where) => run(where, 'info', '-f', format, name).stdout);
    if (expected !== said) return `${name} is described in another way\n  - ${expected}\n  + ${said}`;
  }
  return undefined;
}
