// The client beside its peers, all on the same raw server and, where QEMU is installed, on QEMU itself.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, sample } from '../lib/measure.mjs';
import { kill, qemus, startQemu } from '../lib/qemu.mjs';
import { comparisonRow, failures, format, table } from '../lib/table.mjs';
import { contenders } from './contenders.mjs';
import { PYTHON, pythonVersion, samplePython } from './python.mjs';
import { qemuScenarios, scenarios } from './scenarios.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const worker = here('worker.mjs');
const [floor, ours] = Object.keys(contenders);

/** Gives the Markdown report of the client's benchmarks. */
export async function clientReport({ rounds = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-bench-'));
  const raw = join(folder, 'raw.sock');
  // QEMU takes most of the time in its rows, and varies little.
  const qemuRounds = Math.min(rounds, 3);
  const python = pythonVersion();
  const columns = [ours, ...Object.keys(contenders).filter((name) => name !== ours)];
  if (python !== undefined) columns.push(PYTHON);
  const ahead = columns.filter((name) => name !== ours && name !== floor);
  const started = [];
  const problems = [];
  const add = (rows, title, results, { most }) => {
    rows.push(comparisonRow(title, results, columns, { ours, floor, most, ahead }));
    problems.push(...failures(title, results));
    console.error(rows.at(-1).join(' | '));
  };
  try {
    const server = fork(here('raw-server.mjs'), [raw], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    started.push(server);
    await once(server.stdout, 'data');

    const rows = [];
    for (const [name, scenario] of Object.entries(scenarios)) {
      const results = await compare(contest(raw, 'raw', name, scenario, python), { rounds });
      add(rows, `${name}, ${scenario.unit}`, results, scenario);
    }

    const requests = await requestTexts(raw, python);
    const qemuRows = [];
    const costs = {};
    for (const { name: qemu, binary } of qemus()) {
      const path = join(folder, `${qemu.replaceAll(' ', '-')}.sock`);
      started.push(await startQemu(binary, path));
      for (const [name, scenario] of Object.entries(qemuScenarios)) {
        const results = await compare(contest(path, 'qemu', name, scenario, python), { rounds: qemuRounds });
        add(qemuRows, `${qemu}: ${name}, ${scenario.unit}`, results, scenario);
      }
      costs[qemu] = await compare(
        Object.fromEntries(
          Object.entries(requests).map(([name, text]) => [
            name,
            () => sample(here('replay.mjs'), [path, text, 500]),
          ]),
        ),
        { rounds: qemuRounds },
      );
    }

    const head = ['scenario', ...columns, `ratio to ${floor}`, 'goal', 'met'];
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
        ? ['No QEMU was there to measure on; `QMP_BENCH_QEMU` names binaries.', '']
        : ['On real QEMU, whose own time is in each figure:', '', table(head, qemuRows)]),
      'What each client writes for its hundredth `query-status`, and what reading and running it costs QEMU alone',
      '(the same bytes from a bare socket, a hundred at a time; QEMU reads its monitor a byte at a time):',
      '',
      table(
        ['client', 'bytes', ...Object.keys(costs).map((qemu) => `${qemu}, µs`), 'request'],
        columns
          .filter((name) => requests[name] !== undefined)
          .map((name) => [
            name,
            Buffer.byteLength(requests[name]),
            ...Object.values(costs).map((results) => format(results[name].median)),
            `\`${requests[name].trim()}\``,
          ]),
      ),
      ...(problems.length === 0 ? [] : ['Did not finish:', '', ...problems, '']),
    ].join('\n');
  } finally {
    for (const child of started) await kill(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Name → how to take one sample of it. */
function contest(path, kind, name, { python: pythonName, work, warmUp = Math.ceil(work / 5) }, python) {
  const entries = Object.fromEntries(
    Object.keys(contenders).map((contender) => [
      contender,
      () => sample(worker, [path, contender, kind, name]),
    ]),
  );
  if (python !== undefined) entries[PYTHON] = () => samplePython(path, pythonName, work, warmUp);
  return entries;
}

async function requestTexts(path, python) {
  const texts = {};
  for (const name of Object.keys(contenders)) texts[name] = await sample(worker, [path, name, 'request']);
  if (python !== undefined) texts[PYTHON] = await samplePython(path, 'request', 100, 0);
  return texts;
}
