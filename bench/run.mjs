// pnpm bench [client|mock|fixtures|…] [--rounds N] [--write]: measures, prints tables, and keeps them in RESULTS.md.
import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clientReport } from './client/run.mjs';
import { fixturesReport } from './fixtures/run.mjs';
import { mockReport } from './mock/run.mjs';
import { typesReport } from './types/run.mjs';

const suites = { client: clientReport, mock: mockReport, fixtures: fixturesReport, types: typesReport };
const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : Object.keys(suites);
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`unknown suite ${unknown.join(', ')}; there are: ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
const head = [
  '# Benchmarks',
  '',
  `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}.`,
  'Every figure is the median of several processes that took turns; ratios are to the first row of each table. Lower is better.',
  '',
];
const sections = [];
for (const name of chosen) sections.push(await suites[name]({ rounds: Number(values.rounds) }));
const report = [...head, ...sections].join('\n');
console.log(report);
if (values.write) writeFileSync(new URL('RESULTS.md', import.meta.url), report);
