import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { Argument, type Command } from '@commander-js/extra-typings';
import { positive } from '../lib/options.ts';
import { inRepository } from '../lib/repository.ts';
import { findQemus, QEMU_HELP } from '../qemu/find-programs.ts';
import { missedSection } from './lib/missed.ts';
import type { Suite } from './suite.ts';

/** Those that are in the kept results, and those that are run by name alone. */
const SUITES: Readonly<Record<string, { kept: boolean; load: () => Promise<Suite> }>> = {
  client: { kept: true, load: async () => (await import('./client/report.ts')).clientReport },
  mock: { kept: true, load: async () => (await import('./mock/report.ts')).mockReport },
  fixtures: { kept: true, load: async () => (await import('./fixtures/report.ts')).fixturesReport },
  start: { kept: true, load: async () => (await import('./start/report.ts')).startReport },
  growth: { kept: true, load: async () => (await import('./growth/report.ts')).growthReport },
  types: { kept: false, load: async () => (await import('./types/report.ts')).typesReport },
};

const KEPT = Object.keys(SUITES).filter((name) => SUITES[name]?.kept === true);

export function define(command: Command): void {
  command
    .description(
      `Measures, and prints tables.

  client    the client beside its peers and a hand-written minimum
  mock      the mock beside real QEMU and a lenient fake: commands, starts, memory
  fixtures  what a fixture costs a test
  start     what an import costs a test file, 100 files, and the start of fake-qemu, on each Node of QMP_BENCH_NODES
  growth    ten and a hundred times the work
  types     what the types of a QEMU version add to compiling (not among those that are run by default)`,
    )
    .addArgument(new Argument('[suites...]').choices(Object.keys(SUITES)).default(KEPT, 'all that are kept'))
    .option('--rounds <number>', 'samples of each contender', positive, 5)
    .option('--write', 'keep the tables in bench/RESULTS.md')
    .option('--qemu <[version=]path...>', QEMU_HELP)
    .action(async (names, { rounds, write = false, qemu }) => {
      const qemus = findQemus(qemu);
      // Node 20 parses the file at every start, which takes as long as all else that is measured.
      delete process.env['NODE_EXTRA_CA_CERTS'];
      const started = performance.now();
      const sections: string[] = [];
      for (const name of names) {
        const begun = performance.now();
        const suite = await SUITES[name]!.load();
        sections.push(await suite({ rounds, qemus }));
        console.error(`--- ${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
      }
      const report = [
        '# Benchmarks',
        '',
        `- Date: ${new Date().toISOString().slice(0, 10)}; the run took ${((performance.now() - started) / 60_000).toFixed(1)} minutes`,
        `- Machine: ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB; ${type()} ${release()}`,
        `- Node ${process.version}; ${qemus.length === 0 ? 'no QEMU' : qemus.map(({ name }) => name).join(', ')}`,
        `- Rounds: ${rounds}`,
        '',
        'Made by `pnpm bench --write`. `--qemu` and `QMP_QEMU_7_2`, `QMP_QEMU_10_0`, … name QEMU binaries.',
        'Every figure is the median of several processes that took turns, and lower is better. A ratio is the median of the',
        'ratios within each turn, for what disturbs the machine then mostly disturbs both sides.',
        '',
        ...sections,
        missedSection(sections.join('\n')),
      ].join('\n');
      console.log(report);
      if (write) writeFileSync(inRepository('bench/RESULTS.md'), report);
    });
}
