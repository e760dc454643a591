import { steady, type Case, type Received, type Recording } from '../../conformance/corpus-case.ts';
import { mapAtOnce } from '../../lib/at-once.ts';
import { writeRows } from '../../lib/json-lines.ts';
import type { Program } from '../../qemu/program.ts';
import { differences } from './check.ts';
import { readCorpus, type CorpusOptions } from './corpus.ts';
import { runCase, type Result } from './run-case.ts';

/** How often a case is run until it goes twice in the same way. */
const ATTEMPTS = 10;

/**
 * Records what a QEMU answers to the corpus, each case until it goes twice in the same way, or is marked as
 * not stable.
 */
export async function recordCorpus(program: Program, options: CorpusOptions): Promise<void> {
  const { cases, chosen, known, file } = readCorpus(program.version, options.only);
  const rows = new Map(known);
  await mapAtOnce(chosen, options.jobs, async (given) => {
    const result = await runCase(program, given, { recorded: known.get(given.id) });
    rows.set(given.id, await steadyRow(program, given, result));
  });
  writeRows(
    file,
    cases.map(({ id }) => rows.get(id)).filter((row) => row !== undefined),
  );
  console.log(`${program.name}: ${chosen.length} cases recorded`);
}

/**
 * Runs a case until it goes twice in a row in the same way: a row of the file, which a second recording
 * writes likewise.
 */
async function steadyRow(program: Program, given: Case, first: Result): Promise<Recording> {
  const { id, varies } = given;
  let result = first;
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    const again = await runCase(program, given, { recorded: result });
    if (differences(result, again, varies).length === 0) {
      return { id, rx: inOrder(steady(result.rx, varies)), stable: true };
    }
    result = again;
  }
  console.log(`${id}: differs in each of ${ATTEMPTS} runs; say in cases.jsonl what varies`);
  return { id, rx: [], stable: false };
}

/**
 * Sorts the input by connection after each chunk, because their mingling is a matter of luck, and leaves out
 * the parts that differ each time.
 */
function inOrder(rx: readonly Received[]): Received[] {
  const places = [...new Set(rx.map(({ after, conn }) => `${after} ${conn}`))];
  return places
    .toSorted((a, b) => Number(a.split(' ')[0]) - Number(b.split(' ')[0]) || (a < b ? -1 : 1))
    .flatMap((place) => rx.filter(({ after, conn }) => `${after} ${conn}` === place));
}
