/**
 * Records the answers of the real `qemu-img` to sequences of commands: test/qemu-img/sequences.jsonl of
 * qmp-mock.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folded, runProgram } from '../differential/image-programs.ts';
import { Scratch } from '../lib/scratch.ts';

const FILE = fileURLToPath(
  new URL('../../../packages/qmp-mock/test/qemu-img/sequences.jsonl', import.meta.url),
);

type Step =
  | { readonly run: readonly string[]; status?: number | null; stdout?: string; stderr?: string }
  | { readonly file: string; readonly format: string; readonly io: readonly string[] };

/**
 * Runs each recorded sequence again with the `qemu-img` and `qemu-io` on `PATH`, and writes what they say.
 */
export function recordImages(): void {
  const lines = readFileSync(FILE, 'utf8').trim().split('\n');
  const recorded = lines.map((line) => {
    using scratch = new Scratch('qi-');
    const directory = dirname(scratch.file('x'));
    const steps = (JSON.parse(line) as Step[]).map((step) => {
      if ('run' in step) return { run: step.run, ...folded(runProgram('qemu-img', step.run, directory)) };
      runProgram(
        'qemu-io',
        ['-f', step.format, ...step.io.flatMap((each) => ['-c', each]), step.file],
        directory,
      );
      return step;
    });
    return JSON.stringify(steps);
  });
  writeFileSync(FILE, `${recorded.join('\n')}\n`);
  console.log(`${recorded.length} sequences recorded in ${join('packages', 'qmp-mock', 'test', 'qemu-img')}`);
}
