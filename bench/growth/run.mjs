// Each scenario at 1×, 10× and 100× the work: the time for a unit of it must not grow.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixtureGrowth } from '../fixtures/run.mjs';
import { compare, sample } from '../lib/measure.mjs';
import { kill } from '../lib/qemu.mjs';
import { format, table } from '../lib/table.mjs';
import { scenarios } from './scenarios.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const factors = [1, 10, 100];
/** How much dearer a unit may be at 100×: what is worse than linear would be at ten to a hundred times. */
const most = 1.5;

/** Gives the Markdown report of growth. */
export async function growthReport({ rounds = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-bench-'));
  const path = join(folder, 'raw.sock');
  const server = fork(here('../client/raw-server.mjs'), [path], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const rows = [];
  const add = (name, unit, base, times) => {
    const ratio = times.at(-1) / times[0];
    rows.push([
      name,
      `${format(base)} ${unit}${base === 1 || unit === 'KB' ? '' : 's'}`,
      ...times.map(format),
      ratio.toFixed(2),
      `≤ ${most}`,
      ratio <= most ? 'yes' : '**no**',
    ]);
    console.error(rows.at(-1).join(' | '));
  };
  try {
    await once(server.stdout, 'data');
    for (const [name, { unit, base }] of Object.entries(scenarios)) {
      const results = await compare(
        Object.fromEntries(
          factors.map((factor) => [factor, () => sample(here('worker.mjs'), [name, factor, path])]),
        ),
        { rounds: Math.min(rounds, 3) },
      );
      const failed = Object.values(results).find((result) => result.error !== undefined);
      if (failed !== undefined) throw new Error(`${name}: ${failed.error}`);
      add(
        name,
        unit,
        base,
        factors.map((factor) => results[factor].median),
      );
    }
    const sizes = factors.map((factor) => factor * 10);
    const times = await fixtureGrowth(sizes, Math.min(rounds, 3));
    add(
      'fixtures: tests in a file, with `mock` and `qmp`',
      'test',
      sizes[0],
      times.map((ms) => ms * 1000),
    );
  } finally {
    await kill(server);
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    '## Growth',
    '',
    'µs for each unit of work, at 1×, 10× and 100× the work: what grows linearly stays flat or falls.',
    '',
    table(
      ['scenario', '1× is', ...factors.map((factor) => `${factor}×`), '100× over 1×', 'goal', 'met'],
      rows,
    ),
  ].join('\n');
}
