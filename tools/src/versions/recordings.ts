/** Recordings of each version's QEMU for the tests of qmp-mock. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { recordFolder } from '../cases/record-folder.ts';
import { inRepository } from '../lib/repository.ts';
import { dataFolder, type VersionName } from '../lib/versions.ts';
import type { Program } from '../qemu/program.ts';
import { recordCorpus } from '../record/corpus/record.ts';
import { forgetEngine, recordEngine } from '../record/engine/record.ts';
import { writeRefusals } from '../record/refusals.ts';
import { writeReplies } from '../record/replies.ts';
import { timed } from '../lib/timed.ts';

const TESTS = inRepository('packages/qmp-mock/test');
/** Folders with a file for each version. */
const BY_VERSION = ['refusals', 'replies', 'conformance/corpus', 'cases/recorded'];
const ALL = { only: /(?:)/ };

/** The recordings, in the order in which they are made; each says what it has written. */
const RECORDINGS: Readonly<Record<string, (program: Program) => Promise<unknown>>> = {
  refusals: writeRefusals,
  replies: writeReplies,
  engine: (program) => recordEngine(program, { ...ALL, check: false }),
  corpus: (program) => recordCorpus(program, { ...ALL, jobs: 4 }),
  cases: (program) => recordFolder(join(TESTS, 'cases'), program),
};

/** Writes down what a QEMU answers, for all tests that are held against recordings. */
export async function record(program: Program, only: RegExp): Promise<void> {
  for (const [name, write] of Object.entries(RECORDINGS)) {
    if (!only.test(name)) continue;
    await timed(`${program.name}: ${name}`, () => write(program));
  }
}

/** Takes away what was recorded of a version. */
export function forget(version: VersionName): void {
  rmSync(dirname(dataFolder(version)), { recursive: true });
  for (const folder of BY_VERSION) rmSync(join(TESTS, folder, `${version}.jsonl`), { force: true });
  forgetEngine(version);
}
