// pnpm bench [client|mock|fixtures|growth …] [--rounds N] [--write]: measures, prints tables, and keeps them in RESULTS.md.
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { parseArgs } from 'node:util';
import { clientReport } from './client/run.mjs';
import { fixturesReport } from './fixtures/run.mjs';
import { growthReport } from './growth/run.mjs';
import { missedSection } from './lib/missed.mjs';
import { qemus } from './lib/qemu.mjs';
import { mockReport } from './mock/run.mjs';

const suites = { client: clientReport, mock: mockReport, fixtures: fixturesReport, growth: growthReport };
const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = positionals.length > 0 ? positionals : Object.keys(suites);
const unknown = chosen.filter((name) => !(name in suites));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    unknown.length > 0
      ? `unknown suite ${unknown.join(', ')}; there are: ${Object.keys(suites).join(', ')}`
      : `--rounds is a whole number from 1; this is ${values.rounds}`,
  );
  process.exit(2);
}
const started = performance.now();
const sections = [];
for (const name of chosen) {
  const begun = performance.now();
  sections.push(await suites[name]({ rounds }));
  console.error(`--- ${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}
const qemuNames = qemus().map(({ name }) => name);
const report = [
  '# Benchmarks',
  '',
  `- Date: ${new Date().toISOString().slice(0, 10)}; the run took ${((performance.now() - started) / 60_000).toFixed(1)} minutes`,
  `- Machine: ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB; ${type()} ${release()}`,
  `- Node ${process.version}; ${qemuNames.length === 0 ? 'no QEMU' : qemuNames.join(', ')}`,
  `- Rounds: ${rounds}`,
  '',
  'Made by `pnpm bench --write`. `QMP_BENCH_QEMU` is a list of QEMU binaries, separated like `PATH`.',
  'Every figure is the median of several processes that took turns, and lower is better. A ratio is the median of the',
  'ratios within each turn, for what disturbs the machine then mostly disturbs both sides.',
  '',
  ...sections,
  missedSection(sections.join('\n')),
].join('\n');
console.log(report);
if (values.write) writeFileSync(new URL('RESULTS.md', import.meta.url), report);
