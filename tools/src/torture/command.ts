import { Argument, type Command } from '@commander-js/extra-typings';
import { Scratch } from '../lib/scratch.ts';
import { runSuite } from './run-suite.ts';
import { FAULT, tortured } from './suites.ts';

export function define(command: Command): void {
  const suites = tortured();
  command
    .description(
      `Runs qmp-core's suite and those of the examples with a fault proxy between each client and its monitor: ${FAULT}. A suite
passes only if its tests pass and the proxies report that its conversations went through them.`,
    )
    .addArgument(new Argument('[suites...]').choices(Object.keys(suites)).default(Object.keys(suites), 'all'))
    .action(async (chosen) => {
      using scratch = new Scratch('qmp-torture-');
      const rows: { suite: string; result: string; why: string }[] = [];
      const without = new Map<string, string>();
      for (const [name, suite] of Object.entries(suites)) {
        if (!chosen.includes(name)) continue;
        if ('skip' in suite) {
          rows.push({ suite: name, result: 'not applicable', why: suite.skip });
          continue;
        }
        const { passed, why, withoutProxy, output } = await runSuite(
          suite,
          scratch.file(`${rows.length}.jsonl`),
        );
        for (const [test, reason] of withoutProxy) without.set(`${name}: ${test}`, reason);
        rows.push({ suite: name, result: passed ? 'passed' : 'failed', why });
        if (!passed) console.error(`== ${name}\n${output}`);
      }
      console.table(rows);
      if (without.size > 0)
        console.log(`${without.size} tests look at their stream themselves, and run without a proxy:`);
      for (const [test, reason] of without) console.log(`  ${test} (${reason})`);
      if (rows.some(({ result }) => result === 'failed')) process.exitCode = 1;
    });
}
