/** The mock beside real QEMU and a lenient fake: commands, start-up, memory. */
import { Scratch } from '../../lib/scratch.ts';
import { QemuProcess } from '../../qemu/process.ts';
import { listening } from '../../qemu/sockets.ts';
import { compare, medianOf, sample, type Results } from '../lib/measure.ts';
import { shown, table } from '../../lib/table.ts';
import { comparisonRow, failures, format, ratioOf, yes } from '../lib/rows.ts';
import type { SuiteOptions } from '../suite.ts';
import { BARE_NODE, OUR_MOCKS, servers, timeToGreeting, type Server } from './servers.ts';

const FLOOR = 'lenient fake';
const BARE = 'bare node';
/** Commands of each load. */
const LOADS = { sequential: 3000, pipelined: 10_000 };
const worker = (name: string): URL => new URL(name, import.meta.url);

/** Gives the report of the mock's benchmarks. */
export async function mockReport({ rounds, qemus }: SuiteOptions): Promise<string> {
  const real = qemus.map(({ name }) => name);
  const all = servers(qemus);
  const columns = Object.keys(all);
  const problems: string[] = [];

  const loadRows: string[][] = [];
  for (const [mode, count] of Object.entries(LOADS)) {
    // QEMU takes a tenth of the load in the same time.
    const commands = (name: string): number => (real.includes(name) ? count / 5 : count);
    const results = await compare(
      each(all, (name, server) => underLoad(server, mode, commands(name))),
      rounds,
    );
    problems.push(...failures(mode, results));
    for (const ours of Object.keys(OUR_MOCKS)) {
      const goal = { ours, floor: FLOOR, most: 2, ahead: real };
      loadRows.push(shown(comparisonRow(`${mode}, µs a command: ${ours}`, results, columns, goal)));
    }
  }

  const starts = await compare(
    each({ [BARE]: BARE_NODE, ...all }, (_name, server) => timeToGreeting(server)),
    rounds * 3,
  );
  problems.push(...failures('spawn to greeting', starts));
  const fastest = Math.min(...real.map((name) => medianOf(starts[name]) ?? Number.NaN));

  using scratch = new Scratch('qmp-bench-');
  const kinds = ['lenient', 'mock', 'memory'];
  const inProcess = await compare(
    Object.fromEntries(
      kinds.map((kind) => [kind, () => sample(worker('start-in-process.js'), [kind, scratch.path])]),
    ),
    rounds,
  );
  const imports = await compare({ import: () => sample(worker('import.js'), []) }, rounds * 2);

  return [
    '## Mock',
    '',
    'Commands, by a bare socket that asks `query-status`; the lenient fake is forty lines that check nothing:',
    '',
    table(['load', ...columns, `ratio to ${FLOOR}`, 'goal', 'met'], loadRows),
    'Spawn of a process to its greeting. Each program dials a socket that listens already:',
    '',
    table(
      ['program', 'ms', 'over bare node, ms', 'ratio to bare node', 'goal', 'met'],
      startRows(starts, real),
    ),
    'Start to first greeting within a process, which is what each test pays:',
    '',
    table(['what', 'ms', 'ratio to the lenient fake', 'goal', 'met'], inProcessRows(inProcess, fastest)),
    `Once for each process, \`import 'qmp-mock'\` takes ${format(medianOf(imports['import']))} ms.`,
    '',
    'Memory of mocks in one process, each with a client that has negotiated:',
    '',
    table(
      ['mocks', 'resident, MB', 'heap and buffers, MB', 'a mock, KB', 'goal', 'met'],
      [await memoryRow(100), await memoryRow(1000)],
    ),
    ...(problems.length === 0 ? [] : ['Did not finish:', '', ...problems, '']),
  ].join('\n');
}

const each = (
  all: Readonly<Record<string, Server>>,
  measure: (name: string, server: Server) => Promise<number>,
): Record<string, () => Promise<number>> =>
  Object.fromEntries(Object.entries(all).map(([name, server]) => [name, () => measure(name, server)]));

async function underLoad({ program, args }: Server, mode: string, count: number): Promise<number> {
  using scratch = new Scratch('qmp-bench-');
  const path = scratch.file('s');
  await using running = new QemuProcess(program, args('listen', path));
  await listening(path, running);
  return await sample(worker('load.js'), [path, mode, count]);
}

function startRows(starts: Results, real: readonly string[]): string[][] {
  const bare = medianOf(starts[BARE]) ?? Number.NaN;
  return Object.entries(starts).map(([name, result]) => {
    const own = medianOf(result) ?? Number.NaN;
    const slower = real.filter((qemu) => !(own < (medianOf(starts[qemu]) ?? Number.NaN)));
    const judged = Object.hasOwn(OUR_MOCKS, name);
    return shown([
      name,
      format(own),
      format(own - bare),
      ratioOf(result, starts[BARE])?.toFixed(2) ?? '–',
      judged ? 'faster than QEMU' : '',
      !judged ? '' : slower.length === 0 ? 'yes' : `**no**: slower than ${slower.join(', ')}`,
    ]);
  });
}

function inProcessRows({ lenient, mock, memory }: Results, fastest: number): string[][] {
  const ours = [
    ['`MockQmp`, listening on a socket', mock],
    ['`MockQmp`, in memory', memory],
  ] as const;
  return [
    ['lenient fake, listening on a socket', format(medianOf(lenient)), '1.00', '', ''],
    ...ours.map(([name, result]) => [
      name,
      format(medianOf(result)),
      ratioOf(result, lenient)?.toFixed(2) ?? '–',
      'faster than QEMU',
      Number.isFinite(fastest) ? yes((medianOf(result) ?? Number.NaN) < fastest) : 'no QEMU here',
    ]),
  ];
}

async function memoryRow(count: number): Promise<(string | number)[]> {
  const { rss, heap } = await sample<{ rss: number; heap: number }>(worker('memory.js'), [count], {
    execArgv: ['--expose-gc'],
  });
  const goal = count === 1000 ? ['< 100 MB', yes(rss < 100e6)] : ['', ''];
  return shown([count, (rss / 1e6).toFixed(1), (heap / 1e6).toFixed(1), format(heap / 1e3 / count), ...goal]);
}
