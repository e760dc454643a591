/** Single command lines of `qemu-img`, right and wrong ones, beside the real one on the same images. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Scratch } from '../lib/scratch.ts';
import { imageLine, PREPARATION, WRITTEN } from './image-line-grammar.ts';
import { folded, ourImg, runProgram, type Said } from './image-programs.ts';

export interface ImageLinesOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Whether lines that ours says not to model are told, too. */
  readonly list?: boolean | undefined;
}

/** How a line came out. */
type Outcome = 'identical' | 'not modelled' | 'different';

/**
 * Plays random lines on both, each on fresh copies of the same images, tells those that differ, and counts.
 * Says whether no line differed.
 */
export function compareImageLines({ inputs, seed, list = false }: ImageLinesOptions): boolean {
  using scratch = new Scratch('ql-');
  const images = scratch.file('images');
  makeImages(images);
  const counts: Record<Outcome, number> = { identical: 0, 'not modelled': 0, different: 0 };
  for (const line of fc.sample(imageLine, { numRuns: inputs, seed })) {
    const real = playLine(scratch.file('real'), images, (cwd) => runProgram('qemu-img', line, cwd));
    const ours = playLine(scratch.file('ours'), images, (cwd) => ourImg(line, cwd));
    const outcome = outcomeOf(real, ours);
    counts[outcome] += 1;
    if (outcome === 'different' || (outcome === 'not modelled' && list)) tell(line, outcome, real, ours);
  }
  const told = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  console.log(`qemu-img lines: ${inputs} (seed ${seed}): ${told.join(', ')}`);
  return counts.different === 0;
}

/** Output and end of a line, and the files that are there after it. */
export interface Played extends Said {
  readonly files: string;
}

/** Plays a line in a directory that is a copy of the images. */
export function playLine(directory: string, images: string, run: (cwd: string) => Said): Played {
  rmSync(directory, { recursive: true, force: true });
  cpSync(images, directory, { recursive: true });
  return { ...folded(run(directory)), files: readdirSync(directory).toSorted().join(' ') };
}

const PARTS = ['status', 'stdout', 'stderr', 'files'] as const;

function outcomeOf(real: Played, ours: Played): Outcome {
  if (PARTS.every((part) => real[part] === ours[part])) return 'identical';
  return ours.status === 1 && ours.stderr.includes('does not model') ? 'not modelled' : 'different';
}

function tell(line: readonly string[], outcome: Outcome, real: Played, ours: Played): void {
  const words = line.map((word) => (/^[\w./:=,+-]+$/.test(word) ? word : `'${word}'`));
  console.log(`${outcome}: qemu-img ${words.join(' ')}`);
  for (const part of PARTS) {
    if (real[part] === ours[part]) continue;
    console.log(`  ${part}\n  - ${JSON.stringify(real[part])}\n  + ${JSON.stringify(ours[part])}`);
  }
}

/** Makes the images that lines name, in a directory of their own. */
export function makeImages(directory: string): void {
  mkdirSync(join(directory, 'directory'), { recursive: true });
  for (const [name, contents] of WRITTEN) writeFileSync(join(directory, name), contents);
  for (const [program, ...args] of PREPARATION) {
    const { status, stderr } = runProgram(program, args, directory);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`);
  }
}
