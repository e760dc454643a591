import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { findChromium, openBrowser } from '../lib/browser.ts';
import { inRepository } from '../lib/repository.ts';
import { runToEnd } from '../lib/run-to-end.ts';
import { Scratch } from '../lib/scratch.ts';
import { UserError } from '../lib/user-error.ts';
import { VITEST } from '../lib/vitest.ts';
import { lookAt } from './look.ts';

const PROJECT = inRepository('tools/src/traces/project');
const PICTURES = inRepository('docs/traces');

/** Tests of the project; each has one bug. */
const BUGS = 10;

export function define(command: Command): void {
  command
    .description(
      `Runs ten tests of code with a bug each, and looks at their traces in a browser: on a desktop's and on a phone's
window, by keys and by the mouse. The browser is QMP_CHROMIUM, or a Chromium on PATH.`,
    )
    .option('--out <folder>', 'keep the traces in this folder')
    .option('--write', 'keep pictures of the traces in docs/traces')
    .action(async ({ out, write = false }) => {
      const chromium = findChromium();
      if (chromium === undefined) {
        throw new UserError(
          'There is no Chromium on PATH, and QMP_CHROMIUM is not set: Debian has one, `apt-get install chromium`.',
        );
      }
      using scratch = new Scratch();
      const folder = out ?? scratch.file('traces');
      await failAll(folder);
      const traces = readdirSync(folder).filter((name) => name.endsWith('.html'));
      if (traces.length !== BUGS) throw new UserError(`Expected ${BUGS} traces, got ${traces.length}.`);
      if (write) {
        rmSync(PICTURES, { recursive: true, force: true });
        mkdirSync(PICTURES);
      }
      const browser = await openBrowser(chromium);
      let wrong = 0;
      try {
        for (const trace of traces.toSorted()) {
          const name = trace.replace(/^bugs\.ts-|-\d+(_\d+)*\.html$/g, '');
          const picture = write ? join(PICTURES, `${name}.png`) : undefined;
          const problems = await lookAt(browser, join(folder, trace), picture);
          wrong += problems.length;
          console.log(
            [`${name}: ${problems.length === 0 ? 'as it should be' : 'wrong'}`, ...problems].join('\n  '),
          );
        }
      } finally {
        await browser.close();
      }
      if (wrong > 0) process.exitCode = 1;
    });
}

/** Runs the tests, all of which fail. */
async function failAll(folder: string): Promise<void> {
  const { code, output } = await runToEnd(VITEST, ['run', '--root', PROJECT], {
    cwd: PROJECT,
    env: { QMP_LOGS: 'off', QMP_TRACES: folder, QMP_BACKEND: 'mock' },
  });
  if (code !== 1 || !new RegExp(`Tests .*${BUGS} failed`).test(output)) {
    throw new UserError(`Not all of the ${BUGS} tests failed:\n${output}`);
  }
}
