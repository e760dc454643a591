/** Reports the cost of beginning: of an import, a suite of small files, a program in QEMU's place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { median } from '../../lib/median.ts';
import { inRepository } from '../../lib/repository.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { shown, table } from '../../lib/table.ts';
import { compare, medianOf } from '../lib/measure.ts';
import { idleQemu } from '../lib/programs.ts';
import { format, ratioOf, yes } from '../lib/rows.ts';
import { BARE_NODE, timeToGreeting, type Server } from '../mock/servers.ts';
import type { SuiteOptions } from '../suite.ts';
import { FilesProject, type Run } from './files.ts';
import { spawnedRows } from './spawned.ts';
import { nodes, type NodeBinary } from './nodes.ts';

const FILES = 100;
/** Files of an import's sample: one after the other, so that they don't wait for each other. */
const IMPORTED = 15;
const FAKE_QEMU = inRepository('packages/qmp-mock/dist/fake-qemu.cjs');

/** Gives the report of what it costs to begin. */
export async function startReport({ rounds, qemus }: SuiteOptions): Promise<string> {
  const imports: string[][] = [];
  const suites: string[][] = [];
  const starts: string[][] = [];
  const spawned: string[][] = [];
  for (const node of nodes()) {
    imports.push(await importRow(node, rounds));
    suites.push(await suiteRow(node, rounds));
    for (const { name, command } of qemus) {
      const real = { program: { name, version: '', command }, args: idle } satisfies Server;
      starts.push(await startRow(node, name, real, rounds * 4));
    }
  }
  for (const { name, command } of qemus) spawned.push(...(await spawnedRows(name, command, rounds * 4)));
  return [
    '## Start',
    '',
    'Import of an isolated test file, by the clock of Vitest; each file is the same but for the package that it imports from:',
    '',
    table(['Node', "`from 'vitest'`, ms", "`from 'qmp-vitest'`, ms", 'ratio', 'goal', 'met'], imports),
    `${FILES} isolated files of one test, without QMP and with a command to a mock:`,
    '',
    table(
      ['Node', 'without, s', 'with, s', 'ratio', 'CPU without, s', 'CPU with, s', 'CPU ratio', 'goal', 'met'],
      suites,
    ),
    'Spawn of `fake-qemu` to its greeting, in turns with the QEMU that it stands for (`-machine none`):',
    '',
    table(['Node and QEMU', 'bare node, ms', 'QEMU, ms', '`fake-qemu`, ms', 'ratio', 'goal', 'met'], starts),
    'Spawn of a QEMU by the code under test to its greeting: from the directory of the fixture `fakeQemu`, in turns with the real one:',
    '',
    table(['QEMU', 'machine', 'QEMU, ms', '`fakeQemu`, ms', 'ratio', 'goal', 'met'], spawned),
  ].join('\n');
}

const idle: Server['args'] = (way, path) => idleQemu(path, way);

/** Runs of the same files without and with QMP, in turns. */
async function turns(
  project: FilesProject,
  kind: 'imported' | 'used',
  { path }: NodeBinary,
  options: readonly string[],
  rounds: number,
): Promise<{ without: Run[]; own: Run[] }> {
  const [without, own]: [Run[], Run[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    without.push(await project.run('without', path, options));
    own.push(await project.run(kind, path, options));
  }
  return { without, own };
}

/** Median of a figure, on both sides, and of the ratios within each turn. */
function figures(without: readonly Run[], own: readonly Run[], key: keyof Run): [number, number, number] {
  const ratios = own.map((run, at) => run[key] / without[at]![key]);
  return [median(without.map((run) => run[key])), median(own.map((run) => run[key])), median(ratios)];
}

async function importRow(node: NodeBinary, rounds: number): Promise<string[]> {
  using project = new FilesProject(IMPORTED);
  const { without, own } = await turns(project, 'imported', node, ['--no-file-parallelism'], rounds);
  const [a, b, ratio] = figures(without, own, 'imported');
  return shown([node.version, format(a), format(b), ratio.toFixed(2), '≤ 2×', yes(ratio <= 2)]);
}

async function suiteRow(node: NodeBinary, rounds: number): Promise<string[]> {
  using project = new FilesProject(FILES);
  const { without, own } = await turns(project, 'used', node, [], rounds);
  const [a, b, wall] = figures(without, own, 'wall');
  const [cpuA, cpuB, cpu] = figures(without, own, 'cpu');
  const isOld = node.version.startsWith('v20.');
  return shown([
    node.version,
    ...[a, b].map((ms) => format(ms / 1000)),
    wall.toFixed(2),
    ...[cpuA, cpuB].map((ms) => format(ms / 1000)),
    cpu.toFixed(2),
    isOld ? '≤ 1.6×' : 'CPU ≤ 1.35×',
    yes(isOld ? wall <= 1.6 : cpu <= 1.35),
  ]);
}

async function startRow(node: NodeBinary, name: string, real: Server, rounds: number): Promise<string[]> {
  const version = recordedVersions().find((known) => name.endsWith(` ${known}`));
  const choice = version === undefined ? [] : ['--fake-version', version];
  const fake = program(node, [FAKE_QEMU, ...choice], idle);
  const [bareScript = ''] = BARE_NODE.program.command.slice(1);
  await warmUp(fake);
  const results = await compare(
    {
      bare: () => timeToGreeting(program(node, [bareScript], BARE_NODE.args)),
      real: () => timeToGreeting(real),
      fake: () => timeToGreeting(fake),
    },
    rounds,
  );
  const ratio = ratioOf(results['fake'], results['real']) ?? Number.NaN;
  const times = ['bare', 'real', 'fake'].map((key) => format(medianOf(results[key])));
  return shown([`${node.version}, ${name}`, ...times, ratio.toFixed(2), '≤ 1.9×', yes(ratio <= 1.9)]);
}

function program({ version, path }: NodeBinary, words: readonly string[], args: Server['args']): Server {
  return { program: { name: version, version, command: [path, ...words] }, args };
}

/** Starts it once and ends it by a command: it keeps its compiled code for the next start then. */
async function warmUp({ program: { command } }: Server): Promise<void> {
  const [file, ...words] = command;
  const child = spawn(file, [...words, '-machine', 'none', '-display', 'none', '-qmp', 'stdio']);
  child.stdout.once('data', () => child.stdin.end('{"execute": "qmp_capabilities"}{"execute": "quit"}'));
  child.stdout.resume();
  await once(child, 'close');
}
