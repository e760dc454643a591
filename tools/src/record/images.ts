/**
 * Records the answers of the real `qemu-img`, of 7.2: sequences of commands, and single lines, in
 * test/qemu-img of qmp-mock.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { imageLine, PREPARATION, WRITTEN } from '../differential/image-line-grammar.ts';
import { makeImages, playLine } from '../differential/image-lines.ts';
import { folded, runProgram } from '../differential/image-programs.ts';
import { Scratch } from '../lib/scratch.ts';

const inTests = (name: string): string =>
  fileURLToPath(new URL(`../../../packages/qmp-mock/test/qemu-img/${name}`, import.meta.url));
const FILE = inTests('sequences.jsonl');
const LINES_FILE = inTests('lines.jsonl');
/** How many single lines are recorded, and which. */
const LINES = { numRuns: 260, seed: 20 };

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
  recordLines();
  console.log(`${recorded.length} sequences recorded in ${join('packages', 'qmp-mock', 'test', 'qemu-img')}`);
}

/**
 * Writes what the real one says to random lines, right and wrong ones. The first row tells how the images are
 * made that the lines name.
 */
function recordLines(): void {
  using scratch = new Scratch('ql-');
  const images = scratch.file('images');
  makeImages(images);
  const lines = fc.sample(imageLine, LINES).map((run) => {
    const { status, stdout, stderr } = playLine(scratch.file('real'), images, (cwd) =>
      runProgram('qemu-img', run, cwd),
    );
    return { run, status, stdout, stderr };
  });
  const rows = [{ preparation: PREPARATION, written: WRITTEN }, ...lines];
  writeFileSync(LINES_FILE, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
}
