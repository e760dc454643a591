// The mock beside real QEMU and a lenient fake: commands, start-up, memory.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, ratioTable, sample } from '../lib/measure.mjs';
import { servers, startServer } from './servers.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Gives the Markdown report of the mock's benchmarks. */
export async function mockReport({ rounds = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-bench-'));
  let number = 0;
  const freshPath = () => join(folder, `s${++number}`);
  const all = servers();
  const sections = [];
  const add = (section) => {
    sections.push(section);
    console.error(section);
  };
  const floor = Object.keys(all)[0];
  try {
    for (const [mode, count] of [
      ['sequential', 5000],
      ['pipelined', 10_000],
    ]) {
      const results = await compare(
        Object.fromEntries(
          Object.entries(all).map(([name, command]) => [
            name,
            async () => {
              const path = freshPath();
              const { child } = await startServer(command(path), path);
              try {
                return await sample(here('load.mjs'), [path, mode, count]);
              } finally {
                child.kill('SIGKILL');
                await once(child, 'close');
              }
            },
          ]),
        ),
        { rounds },
      );
      add(ratioTable(`Mock: ${mode} commands`, 'µs a command', results, floor));
    }
    const starts = await compare(
      Object.fromEntries(
        Object.entries(all).map(([name, command]) => [
          name,
          async () => {
            const path = freshPath();
            const { child, elapsed } = await startServer(command(path), path);
            child.kill('SIGKILL');
            await once(child, 'close');
            return elapsed;
          },
        ]),
      ),
      { rounds: rounds * 2 },
    );
    add(ratioTable('Mock: spawn to greeting', 'ms', starts, floor));
    const memory = {};
    for (const count of [100, 1000]) {
      const { rss, heap } = await sample(here('memory.mjs'), [count], { execArgv: ['--expose-gc'] });
      memory[count] = { rss, heap };
    }
    add(
      [
        '### Mock: memory with a negotiated client each',
        '',
        '| mocks | resident, MB | heap and buffers, MB | a mock, KB |',
        '|---:|---:|---:|---:|',
        ...Object.entries(memory).map(
          ([count, { rss, heap }]) =>
            `| ${count} | ${(rss / 1e6).toFixed(1)} | ${(heap / 1e6).toFixed(1)} | ${(heap / 1e3 / Number(count)).toFixed(1)} |`,
        ),
        '',
      ].join('\n'),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return sections.join('\n');
}
