import type { Pair, PairClass } from '../beside/compare.ts';
import { table } from '../lib/table.ts';
import type { Measured } from './measure.ts';

const CLASSES: readonly PairClass[] = ['identical', 'honest', 'silent', 'other words', 'varies', 'excluded'];

/** A kind of difference: what it is, how often it came, and one place. */
export interface Kind {
  readonly class: PairClass;
  readonly command: string;
  readonly kind: string;
  readonly count: number;
  readonly where: { readonly measured: Measured; readonly pair: Pair };
}

/** The kinds of pairs that are neither identical nor excluded, the worst and most frequent first. */
export function kindsOf(results: readonly Measured[], classes: readonly PairClass[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const measured of results) {
    for (const pair of measured.pairs) {
      if (!classes.includes(pair.class) || pair.tainted) continue;
      const key = `${pair.class} ${pair.command} ${pair.kind}`;
      const known = kinds.get(key);
      kinds.set(
        key,
        known
          ? { ...known, count: known.count + 1 }
          : {
              class: pair.class,
              command: pair.command,
              kind: pair.kind,
              count: 1,
              where: { measured, pair },
            },
      );
    }
  }
  return [...kinds.values()].toSorted(
    (a, b) =>
      classes.indexOf(a.class) - classes.indexOf(b.class) ||
      b.count - a.count ||
      (a.command + a.kind < b.command + b.kind ? -1 : 1),
  );
}

/** The table by class, then by command. */
export function classTable(results: readonly Measured[]): string {
  const all = results.flatMap(({ pairs }) => pairs);
  const counted = all.filter(({ tainted }) => !tainted);
  const tainted = all.filter((pair) => pair.tainted);
  const rows: string[][] = [];
  const row = (name: string, pairs: readonly Pair[]): void => {
    rows.push([
      name,
      String(pairs.length),
      ...CLASSES.map((kind) => String(pairs.filter((pair) => pair.class === kind).length || '·')),
    ]);
  };
  row('all', counted);
  rows.push([
    '',
    '',
    ...CLASSES.map((kind) => share(counted.filter((pair) => pair.class === kind).length, judged(counted))),
  ]);
  row('after an honest answer', tainted);
  row('both together', all);
  const commands = new Map<string, Pair[]>();
  for (const pair of counted) commands.set(pair.command, [...(commands.get(pair.command) ?? []), pair]);
  const worst = [...commands].toSorted(
    ([a, x], [b, y]) => badness(y) - badness(x) || y.length - x.length || (a < b ? -1 : 1),
  );
  for (const [name, pairs] of worst) row(name, pairs);
  return table(['', 'pairs', ...CLASSES], rows);
}

/** Pairs that say something: those in which QEMU is of one mind and lives. */
const judged = (pairs: readonly Pair[]): number =>
  pairs.filter((pair) => pair.class !== 'varies' && pair.class !== 'excluded').length;
const badness = (pairs: readonly Pair[]): number =>
  pairs.reduce(
    (sum, pair) => sum + (pair.class === 'silent' ? 1000 : pair.class === 'other words' ? 1 : 0),
    0,
  );
const share = (count: number, of: number): string => (of === 0 ? '' : `${((100 * count) / of).toFixed(1)} %`);
