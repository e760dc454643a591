/** Rows of tables in which each is a scenario and each column a contender, with a goal beside them. */
import { median } from '../../lib/median.ts';
import { medianOf, samplesOf, type Result, type Results } from './measure.ts';

/** The three figures that matter. */
export function format(number: number | undefined): string {
  if (number === undefined || Number.isNaN(number)) return '–';
  if (number >= 1000) return Math.round(number).toLocaleString('en-US').replaceAll(',', ' ');
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}

/** Whether a goal is met, as a cell. */
export const yes = (met: boolean): string => (met ? 'yes' : '**no**');

/**
 * Ours over the floor: the median of the ratios of each round, because what disturbs the machine in a round
 * mostly disturbs both.
 */
export function ratioOf(ours: Result | undefined, floor: Result | undefined): number | undefined {
  const [a, b] = [samplesOf(ours), samplesOf(floor)];
  const pairs = Math.min(a.length, b.length);
  return pairs === 0 ? undefined : median(a.slice(0, pairs).map((value, i) => value / b[i]!));
}

/** Our contender, and its goal. */
export interface Goal {
  readonly ours: string;
  readonly floor: string;
  /** How many times the floor it may take. */
  readonly most: number | undefined;
  /** Whom it must not be behind. */
  readonly ahead: readonly string[];
}

/**
 * One row of a comparison: the scenario, the contenders in the order of the columns, and whether the goal is
 * met.
 */
export function comparisonRow(
  title: string,
  results: Results,
  columns: readonly string[],
  { ours, floor, most, ahead }: Goal,
): string[] {
  const ratio = ratioOf(results[ours], results[floor]);
  const mine = medianOf(results[ours]) ?? Number.NaN;
  const behind = ahead.filter((name) => {
    const peer = medianOf(results[name]);
    return peer !== undefined && !(mine < peer);
  });
  const misses = [
    ...(most !== undefined && !((ratio ?? Number.NaN) <= most) ? [`over ${most}×`] : []),
    ...behind.map((name) => `behind ${name}`),
  ];
  const wanted = [
    ...(most === undefined ? [] : [`≤ ${most}×`]),
    ...(ahead.length === 0 ? [] : [`ahead of ${ahead.length > 2 ? 'the others' : ahead.join(' and ')}`]),
  ].join(', ');
  return [
    title,
    ...columns.map((name) => format(medianOf(results[name]))),
    ratio?.toFixed(2) ?? '–',
    wanted,
    misses.length === 0 ? 'yes' : `**no**: ${misses.join(', ')}`,
  ];
}

/** Absolute paths say where it was run, which is nobody's business. */
const withoutPaths = (text: string): string =>
  text.replaceAll(/(?<![\w.])\/[\w.@+-]+(?:\/[\w.@+-]+)+/g, (path) => path.split('/').at(-1) ?? '');

/** Failures to list below a table: contenders that failed in a scenario, in their own words. */
export function failures(title: string, results: Results): string[] {
  return Object.entries(results).flatMap(([name, result]) =>
    'error' in result
      ? [`- ${name}, ${title}: ${withoutPaths(result.error.replaceAll('\n', ' ')).slice(-200)}`]
      : [],
  );
}
