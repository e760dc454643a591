import type { Command } from '@commander-js/extra-typings';
import { locateQemu } from 'qmp-vitest/qemu';
import { inRepository } from '../lib/repository.ts';
import { runToEnd } from '../lib/run-to-end.ts';
import { VITEST } from '../lib/vitest.ts';

export function define(command: Command): void {
  command
    .description(
      `The main job, to look at: the first example against the mock and, if there is one, against a real QEMU, each test with
the QMP conversation behind it.`,
    )
    .action(async () => {
      let good = await run('The example suite against the mock (no QEMU needed)', 'mock');
      const qemu = findQemu();
      if (qemu instanceof Error) {
        console.log(
          `\n━━ The same suite against a real QEMU: not run, there is none here\n\n${qemu.message}`,
        );
      } else {
        good = (await run(`The same suite against a real QEMU: ${qemu}`, 'qemu')) && good;
      }
      console.log(good ? '\nThe demo passed.' : '\nThe demo failed.');
      if (!good) process.exitCode = 1;
    });
}

/** Runs the example on one backend; says whether it passed. */
async function run(title: string, backend: string): Promise<boolean> {
  console.log(`\n━━ ${title}\n`);
  const { code } = await runToEnd(VITEST, ['run', '--reporter=verbose'], {
    cwd: inRepository('examples/first-test'),
    env: { QMP_TRANSCRIPT: 'all', QMP_BACKEND: backend },
    show: true,
  });
  return code === 0;
}

/** The QEMU that is installed, or why there is none. */
function findQemu(): string | Error {
  try {
    return locateQemu();
  } catch (error) {
    return error as Error;
  }
}
