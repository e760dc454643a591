/** Each scenario at 1×, 10× and 100× the work: the time for a unit of it must not grow. */
import { fileURLToPath } from 'node:url';
import { Scratch } from '../../lib/scratch.ts';
import { QemuProcess } from '../../qemu/process.ts';
import { listening } from '../../qemu/sockets.ts';
import { fixtureGrowth } from '../fixtures/report.ts';
import { compare, medianOf, sample } from '../lib/measure.ts';
import { nodeProgram } from '../lib/programs.ts';
import { shown, table } from '../../lib/table.ts';
import { format, yes } from '../lib/rows.ts';
import type { SuiteOptions } from '../suite.ts';
import { scenarios } from './scenarios.ts';

const FACTORS = [1, 10, 100];
/** How much dearer a unit may be at 100×: what is worse than linear would be at ten to a hundred times. */
const MOST = 1.5;

/** Gives the report of growth. */
export async function growthReport({ rounds }: SuiteOptions): Promise<string> {
  using scratch = new Scratch('qmp-bench-');
  const path = scratch.file('raw.sock');
  const rawServer = nodeProgram(fileURLToPath(new URL('../client/raw-server.js', import.meta.url)));
  await using server = new QemuProcess(rawServer, [path]);
  await listening(path, server);
  const rows: string[][] = [];
  const few = Math.min(rounds, 3);
  for (const [name, { unit, base }] of Object.entries(scenarios)) {
    const results = await compare(
      Object.fromEntries(
        FACTORS.map((factor) => [
          factor,
          () => sample(new URL('worker.js', import.meta.url), [name, factor, path]),
        ]),
      ),
      few,
    );
    for (const result of Object.values(results))
      if ('error' in result) throw new Error(`${name}: ${result.error}`);
    rows.push(
      row(
        name,
        unit,
        base,
        FACTORS.map((factor) => medianOf(results[factor])!),
      ),
    );
  }
  const sizes = FACTORS.map((factor) => factor * 10);
  const times = await fixtureGrowth(sizes, few);
  rows.push(
    row(
      'fixtures: tests in a file, with `mock` and `qmp`',
      'test',
      sizes[0]!,
      times.map((ms) => ms * 1000),
    ),
  );
  return [
    '## Growth',
    '',
    'µs for each unit of work, at 1×, 10× and 100× the work: what grows linearly stays flat or falls.',
    '',
    table(
      ['scenario', '1× is', ...FACTORS.map((factor) => `${factor}×`), '100× over 1×', 'goal', 'met'],
      rows,
    ),
  ].join('\n');
}

function row(name: string, unit: string, base: number, times: readonly number[]): string[] {
  const ratio = times.at(-1)! / times[0]!;
  return shown([
    name,
    `${format(base)} ${unit}${base === 1 || unit === 'KB' ? '' : 's'}`,
    ...times.map(format),
    ratio.toFixed(2),
    `≤ ${MOST}`,
    yes(ratio <= MOST),
  ]);
}
