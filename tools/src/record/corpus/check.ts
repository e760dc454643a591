import { exchanges, type Recording, type Variation } from '../../conformance/corpus-case.ts';
import { mapAtOnce } from '../../lib/at-once.ts';
import { table } from '../../lib/table.ts';
import type { Program } from '../../qemu/program.ts';
import { readCorpus, type CorpusOptions } from './corpus.ts';
import { runCase } from './run-case.ts';

/** Stands for the exchanges, in any category, to which QEMU answered by an error. */
const REFUSALS = 'refusals';

interface Count {
  identical: number;
  all: number;
}

/** How much is as recorded, by category. An exchange is what came after one chunk of input. */
export type Tally = ReadonlyMap<string, { readonly cases: Count; readonly exchanges: Count }>;

/** One exchange that isn't as recorded. */
interface Difference {
  readonly key: string;
  readonly wanted: string;
  readonly got: string;
}

/** Compares a program with what was recorded of its version; tells what differs. */
export async function checkCorpus(program: Program, options: CorpusOptions): Promise<Tally> {
  const { chosen, known } = readCorpus(program.version, options.only);
  const tally = new Map<string, { cases: Count; exchanges: Count }>();
  const count = (category: string, kind: 'cases' | 'exchanges', identical: boolean): void => {
    const row = tally.get(category) ?? {
      cases: { identical: 0, all: 0 },
      exchanges: { identical: 0, all: 0 },
    };
    tally.set(category, row);
    row[kind].all += 1;
    if (identical) row[kind].identical += 1;
  };
  await mapAtOnce(chosen, options.jobs, async (given) => {
    const recorded = known.get(given.id);
    if (recorded?.stable !== true) return;
    const result = await runCase(program, given, { recorded, disturbed: options.disturbed });
    const found = differences(recorded, result, given.varies);
    count(given.category, 'cases', found.length === 0);
    for (const [key, lines] of exchanges(recorded.rx, given.varies)) {
      const identical = !found.some((difference) => difference.key === key);
      count(given.category, 'exchanges', identical);
      if (JSON.stringify(lines).includes('"error\\": {')) count(REFUSALS, 'exchanges', identical);
    }
    const [first] = found;
    if (first !== undefined)
      console.log(
        `${given.id} after chunk ${first.key}\n  recorded ${first.wanted.slice(0, 500)}\n  now      ${first.got.slice(0, 500)}`,
      );
  });
  return tally;
}

/** The exchanges that aren't as recorded. */
export function differences(
  recorded: Pick<Recording, 'rx'>,
  result: Pick<Recording, 'rx'>,
  varies: Variation | undefined,
): Difference[] {
  const [wanted, got] = [exchanges(recorded.rx, varies), exchanges(result.rx, varies)];
  return [...new Set([...wanted.keys(), ...got.keys()])]
    .map((key) => ({
      key,
      wanted: JSON.stringify(wanted.get(key) ?? 'nothing'),
      got: JSON.stringify(got.get(key) ?? 'nothing'),
    }))
    .filter((exchange) => exchange.wanted !== exchange.got);
}

/** Whether all is as recorded. */
export function isIdentical(tally: Tally): boolean {
  return [...tally.values()].every(({ exchanges: { identical, all } }) => identical === all);
}

/** The tallies of programs, side by side: of cases, of exchanges, or of both. */
export function tallyTable(
  tallies: ReadonlyMap<string, Tally>,
  kinds: readonly ('cases' | 'exchanges')[] = ['cases', 'exchanges'],
): string {
  const all = [...tallies.values()];
  const categories = [...new Set(all.flatMap((tally) => [...tally.keys()]))].toSorted();
  const shown = ({ identical, all: tried }: Count = { identical: 0, all: 0 }): string =>
    tried === 0 ? '–' : `${identical} of ${tried}`;
  return table(
    ['category', ...kinds.flatMap((kind) => [...tallies.keys()].map((name) => `${kind}, ${name}`))],
    [...categories.filter((name) => name !== REFUSALS), REFUSALS].map((category) => [
      category,
      ...kinds.flatMap((kind) => all.map((tally) => shown(tally.get(category)?.[kind]))),
    ]),
  );
}
