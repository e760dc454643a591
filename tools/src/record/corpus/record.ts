import {
  exchanges,
  fold,
  steady,
  type Case,
  type Received,
  type Recording,
  type Variation,
} from '../../conformance/corpus-case.ts';
import { readRows, writeRows } from '../../lib/json-lines.ts';
import { mapAtOnce } from '../../lib/at-once.ts';
import { inRepository } from '../../lib/repository.ts';
import type { Program } from '../../qemu/program.ts';
import { runCase, unsupported, type Result } from './run-case.ts';

/** How often a case is run until it goes twice in the same way. */
const ATTEMPTS = 5;
const FOLDER = 'packages/qmp-mock/test/conformance/corpus';

export interface CorpusOptions {
  /** Selects cases by their ids. */
  readonly only: RegExp;
  /** Whether nothing is written. */
  readonly check: boolean;
  /** How many cases run at once. */
  readonly jobs: number;
}

/**
 * Records what a QEMU answers to the corpus, each case until it goes twice in the same way, or is marked as
 * not stable. With `check` it counts, by category, how many answers are as recorded, and says whether all
 * are.
 */
export async function recordCorpus(program: Program, options: CorpusOptions): Promise<boolean> {
  const cases = readRows<Case>(inRepository(`${FOLDER}/cases.jsonl`));
  const file = inRepository(`${FOLDER}/${program.version}.jsonl`);
  const known = new Map(readRows<Recording>(file).map((row) => [row.id, row]));
  const chosen = cases.filter(({ id }) => options.only.test(id)).filter(supported);
  const results = new Map<string, Recording>();
  const tally = new Map<string, { identical: number; all: number }>();

  await mapAtOnce(chosen, options.jobs, async (given) => {
    const recorded = known.get(given.id);
    const result = await runCase(program, given, recorded);
    if (!options.check) {
      results.set(given.id, await steadyRow(program, given, result));
      return;
    }
    if (recorded === undefined || !recorded.stable) return;
    const row = tally.get(given.category) ?? { identical: 0, all: 0 };
    tally.set(given.category, row);
    row.all++;
    const difference = differing(recorded, result, given.varies);
    if (difference === undefined) row.identical++;
    else console.log(`${given.id} ${difference}`);
  });

  if (options.check) {
    for (const [category, { identical, all }] of [...tally].toSorted(([a], [b]) => a.localeCompare(b)))
      console.log(`${category}: ${identical} of ${all} cases identical`);
    return [...tally.values()].every(({ identical, all }) => identical === all);
  }
  writeRows(
    file,
    cases.map(({ id }) => results.get(id) ?? known.get(id)).filter((row) => row !== undefined),
  );
  console.log(`${program.name}: ${results.size} cases recorded`);
  return true;
}

/**
 * Runs a case until it goes twice in a row in the same way: a row of the file, which a second recording
 * writes likewise.
 */
async function steadyRow(program: Program, given: Case, first: Result): Promise<Recording> {
  const { id, varies } = given;
  let result = first;
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    const again = await runCase(program, given, { ...result, stable: true });
    if (differing(result, again, varies) === undefined) {
      return { id, rx: inOrder(steady(result.rx, varies)), stable: true };
    }
    result = again;
  }
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
    .flatMap((place) => rx.filter(({ after, conn }) => `${after} ${conn}` === place))
    .map((entry) => (entry.line === undefined ? entry : { ...entry, line: fold(entry.line) }));
}

function supported(given: Case): boolean {
  const why = unsupported(given);
  if (why !== undefined) console.log(`${given.id}: left as it is: ${why}`);
  return why === undefined;
}

/** The first exchange that differs, for people. */
function differing(
  recorded: Pick<Recording, 'rx'>,
  result: Pick<Recording, 'rx'>,
  varies: Variation | undefined,
): string | undefined {
  const [wanted, got] = [exchanges(recorded.rx, varies), exchanges(result.rx, varies)];
  for (const key of new Set([...wanted.keys(), ...got.keys()])) {
    const [a, b] = [JSON.stringify(wanted.get(key) ?? 'nothing'), JSON.stringify(got.get(key) ?? 'nothing')];
    if (a !== b) return `after chunk ${key}\n  recorded ${a.slice(0, 500)}\n  now      ${b.slice(0, 500)}`;
  }
  return undefined;
}
