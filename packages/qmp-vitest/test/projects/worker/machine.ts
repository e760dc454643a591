import { appendFileSync } from 'node:fs';
import { test as base } from 'vitest';
import { withQmp } from 'qmp-vitest';

/** Keeps a record of the machines' lives in the file that the test of this project reads. */
function note(line: string): void {
  appendFileSync(process.env['LIVES'] ?? '/dev/null', `${line}\n`);
}

/** One machine for all files that a worker runs. */
export const test = withQmp(base, {
  scope: 'worker',
  prepare: async ({ qmp, qemu }) => {
    note(`started ${qemu?.pid ?? 'mock'}`);
    void qmp.closed.then(() => note('ended'));
    await qmp.execute('stop');
  },
});
