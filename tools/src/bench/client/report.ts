/** The client beside its peers, all on the same raw server and, with a QEMU, on QEMU itself. */
import { fileURLToPath } from 'node:url';
import { Scratch } from '../../lib/scratch.ts';
import { QemuProcess } from '../../qemu/process.ts';
import { listening } from '../../qemu/sockets.ts';
import { compare, medianOf, sample, type Contenders, type Results } from '../lib/measure.ts';
import { idleQemu, nodeProgram } from '../lib/programs.ts';
import { shown, table } from '../../lib/table.ts';
import { comparisonRow, failures, format } from '../lib/rows.ts';
import type { SuiteOptions } from '../suite.ts';
import { contenders } from './contenders.ts';
import { PYTHON, pythonVersion, samplePython } from './python.ts';
import { qemuScenarios, scenarios, warmUpOf, type ClientScenario } from './scenarios.ts';

const WORKER = new URL('worker.js', import.meta.url);
const REPLAY = new URL('replay.js', import.meta.url);
/** Requests of a replay. */
const REPLAYED = 500;
const [FLOOR, OURS] = Object.keys(contenders) as [string, string];

/** Gives the report of the client's benchmarks. */
export async function clientReport({ rounds, qemus }: SuiteOptions): Promise<string> {
  using scratch = new Scratch('qmp-bench-');
  // QEMU takes most of the time in its rows, and varies little.
  const qemuRounds = Math.min(rounds, 3);
  const python = pythonVersion();
  const columns = [OURS, ...Object.keys(contenders).filter((name) => name !== OURS)];
  if (python !== undefined) columns.push(PYTHON);
  const ahead = columns.filter((name) => name !== OURS && name !== FLOOR);
  const problems: string[] = [];
  const rowOf = (title: string, results: Results, { most }: ClientScenario): string[] => {
    problems.push(...failures(title, results));
    return shown(comparisonRow(title, results, columns, { ours: OURS, floor: FLOOR, most, ahead }));
  };

  const raw = scratch.file('raw.sock');
  await using server = new QemuProcess(
    nodeProgram(fileURLToPath(new URL('raw-server.js', import.meta.url))),
    [raw],
  );
  await listening(raw, server);
  const rows: string[][] = [];
  for (const [name, scenario] of Object.entries(scenarios)) {
    const results = await compare(contest(raw, 'raw', name, scenario, python !== undefined), rounds);
    rows.push(rowOf(`${name}, µs`, results, scenario));
  }

  const requests = await requestTexts(raw, python !== undefined);
  const qemuRows: string[][] = [];
  const costs: Record<string, Results> = {};
  for (const program of qemus) {
    const path = scratch.file(`${program.version}.sock`);
    await using qemu = new QemuProcess(program, idleQemu(path, 'listen'));
    await listening(path, qemu);
    for (const [name, scenario] of Object.entries(qemuScenarios)) {
      const results = await compare(contest(path, 'qemu', name, scenario, python !== undefined), qemuRounds);
      qemuRows.push(rowOf(`${program.name}: ${name}, µs`, results, scenario));
    }
    const replays = Object.entries(requests).map(
      ([name, text]) => [name, () => sample(REPLAY, [path, text, REPLAYED])] as const,
    );
    costs[program.name] = await compare(Object.fromEntries(replays), qemuRounds);
  }

  const head = ['scenario', ...columns, `ratio to ${FLOOR}`, 'goal', 'met'];
  return [
    '## Client',
    '',
    '`node-qemu` and `qemu-qmp` send no id, so their requests are shorter, and a reply is matched by its turn alone;',
    '`node-qemu` sends the next command only when the last was answered.',
    '',
    python === undefined
      ? 'Python has no `qemu.qmp` here, so it is missing; `QMP_BENCH_PYTHONPATH` may name a folder that holds it.'
      : `\`qemu.qmp\` runs in Python ${python}.`,
    '',
    'On a raw server that answers from ready-made texts:',
    '',
    table(head, rows),
    ...(qemuRows.length === 0
      ? ['There was no QEMU to measure on; `--qemu` names binaries.', '']
      : ['On real QEMU, whose own time is in each figure:', '', table(head, qemuRows)]),
    'What each client writes for its hundredth `query-status`, and what reading and running it costs QEMU alone',
    '(the same bytes from a bare socket, a hundred at a time; QEMU reads its monitor a byte at a time):',
    '',
    table(
      ['client', 'bytes', ...Object.keys(costs).map((qemu) => `${qemu}, µs`), 'request'],
      columns.flatMap((name) => {
        const text = requests[name];
        if (text === undefined) return [];
        const figures = Object.values(costs).map((results) => format(medianOf(results[name])));
        return [[name, Buffer.byteLength(text), ...figures, `\`${text.trim()}\``]];
      }),
    ),
    ...(problems.length === 0 ? [] : ['Did not finish:', '', ...problems, '']),
  ].join('\n');
}

/** Name → how to take one sample of it. */
function contest(
  path: string,
  kind: 'raw' | 'qemu',
  name: string,
  scenario: ClientScenario,
  python: boolean,
): Contenders {
  const { work, python: pythonName } = scenario;
  return {
    ...Object.fromEntries(
      Object.keys(contenders).map((contender) => [
        contender,
        () => sample(WORKER, [path, contender, kind, name]),
      ]),
    ),
    ...(python ? { [PYTHON]: () => samplePython(path, pythonName, work, warmUpOf(scenario)) } : {}),
  };
}

async function requestTexts(path: string, python: boolean): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of Object.keys(contenders))
    texts[name] = await sample<string>(WORKER, [path, name, 'request']);
  if (python) texts[PYTHON] = await samplePython<string>(path, 'request', 100, 0);
  return texts;
}
