// The client beside its peers, all on the same raw server (and, where QEMU is installed, on QEMU itself).
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, ratioTable, sample } from '../lib/measure.mjs';
import { contenders } from './contenders.mjs';
import { scenarios } from './scenarios.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Gives the Markdown report of the client's benchmarks. */
export async function clientReport({ rounds = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-bench-'));
  const path = join(folder, 'raw.sock');
  const server = fork(here('raw-server.mjs'), [path], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  await once(server.stdout, 'data');
  const sections = [];
  try {
    for (const [name, { unit }] of Object.entries(scenarios)) {
      const results = await compare(
        Object.fromEntries(
          Object.keys(contenders).map((contender) => [
            contender,
            () => sample(here('worker.mjs'), [path, contender, name]),
          ]),
        ),
        { rounds },
      );
      sections.push(ratioTable(`Client: ${name}`, unit, results, Object.keys(contenders)[0]));
      console.error(sections.at(-1));
    }
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  return sections.join('\n');
}
