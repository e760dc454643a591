// The mock beside real QEMU and a lenient fake: commands, start-up, memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, sample } from '../lib/measure.mjs';
import { kill, qemus } from '../lib/qemu.mjs';
import { comparisonRow, failures, format, ratioOf, table } from '../lib/table.mjs';
import { bareNode, servers, startServer, timeToGreeting } from './servers.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const floor = 'lenient fake';
const loads = { sequential: 3000, pipelined: 10_000 };

/** Gives the Markdown report of the mock's benchmarks. */
export async function mockReport({ rounds = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-bench-'));
  let number = 0;
  const freshPath = () => join(folder, `s${++number}`);
  const real = qemus().map(({ name }) => name);
  const columns = Object.keys(servers);
  const problems = [];
  const log = (row) => (console.error(row.join(' | ')), row);
  try {
    const loadRows = [];
    for (const [mode, count] of Object.entries(loads)) {
      const results = await compare(
        Object.fromEntries(
          columns.map((name) => [
            name,
            async () => {
              const path = freshPath();
              const child = await startServer(servers[name]('listen', path), path);
              try {
                // QEMU takes a tenth of the load in the same time.
                return await sample(here('load.mjs'), [path, mode, real.includes(name) ? count / 5 : count]);
              } finally {
                await kill(child);
              }
            },
          ]),
        ),
        { rounds },
      );
      problems.push(...failures(mode, results));
      for (const ours of ['MockQmp 11.1', 'MockQmp 7.2', 'fake-qemu']) {
        const row = comparisonRow(`${mode}, µs a command: ${ours}`, results, columns, {
          ours,
          floor,
          most: 2,
          ahead: real,
        });
        loadRows.push(log(row));
      }
    }

    const starters = { 'bare node': bareNode, ...servers };
    const starts = await compare(
      Object.fromEntries(
        Object.entries(starters).map(([name, command]) => [name, () => timeToGreeting(command, freshPath())]),
      ),
      { rounds: rounds * 3 },
    );
    problems.push(...failures('spawn to greeting', starts));
    const bare = starts['bare node'].median;
    const startRows = Object.entries(starts).map(([name, result]) => {
      const slower = real.filter((qemu) => !(result.median < starts[qemu].median));
      const judged = name.startsWith('MockQmp') || name === 'fake-qemu';
      return log([
        name,
        format(result.median),
        format(result.median - bare),
        ratioOf(result, starts['bare node'])?.toFixed(2) ?? '–',
        judged ? 'faster than QEMU' : '',
        !judged ? '' : slower.length === 0 ? 'yes' : `**no**: slower than ${slower.join(', ')}`,
      ]);
    });
    const fastest = Math.min(...real.map((name) => starts[name].median));

    const inProcess = await compare(
      Object.fromEntries(
        ['lenient', 'mock', 'memory'].map((kind) => [
          kind,
          () => sample(here('start-in-process.mjs'), [kind, folder]),
        ]),
      ),
      { rounds },
    );
    const imports = await compare({ import: () => sample(here('import.mjs'), []) }, { rounds: rounds * 2 });

    const memory = [];
    for (const count of [100, 1000]) {
      const { rss, heap } = await sample(here('memory.mjs'), [count], { execArgv: ['--expose-gc'] });
      const goal = count === 1000 ? ['< 100 MB', rss < 100e6 ? 'yes' : '**no**'] : ['', ''];
      memory.push(
        log([count, (rss / 1e6).toFixed(1), (heap / 1e6).toFixed(1), format(heap / 1e3 / count), ...goal]),
      );
    }

    const { lenient, mock, memory: inMemory } = inProcess;
    return [
      '## Mock',
      '',
      'Commands, by a bare socket that asks `query-status`; the lenient fake is forty lines that check nothing:',
      '',
      table(['load', ...columns, `ratio to ${floor}`, 'goal', 'met'], loadRows),
      'Spawn of a process to its greeting. Each program dials a socket that listens already:',
      '',
      table(['program', 'ms', 'over bare node, ms', 'ratio to bare node', 'goal', 'met'], startRows),
      'Start to first greeting within a process, which is what each test pays:',
      '',
      table(
        ['what', 'ms', 'ratio to the lenient fake', 'goal', 'met'],
        [
          ['lenient fake, listening on a socket', format(lenient.median), '1.00', '', ''],
          ...[
            ['`MockQmp`, listening on a socket', mock],
            ['`MockQmp`, in memory', inMemory],
          ].map(([name, result]) => [
            name,
            format(result.median),
            ratioOf(result, lenient)?.toFixed(2) ?? '–',
            'faster than QEMU',
            real.length === 0 ? 'no QEMU here' : result.median < fastest ? 'yes' : '**no**',
          ]),
        ],
      ),
      `Once for each process, \`import 'qmp-mock'\` takes ${format(imports.import.median)} ms.`,
      '',
      'Memory of mocks in one process, each with a client that has negotiated:',
      '',
      table(['mocks', 'resident, MB', 'heap and buffers, MB', 'a mock, KB', 'goal', 'met'], memory),
      ...(problems.length === 0 ? [] : ['Did not finish:', '', ...problems, '']),
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
