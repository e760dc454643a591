// Tables in which each row is a scenario and each column a contender, with a goal beside them.
import { median } from './measure.mjs';

/** Three figures that matter. */
export function format(number) {
  if (number === undefined || Number.isNaN(number)) return '–';
  if (number >= 1000) return Math.round(number).toLocaleString('en-US').replaceAll(',', ' ');
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}

/** A Markdown table; every column but the first is right-aligned. */
export function table(head, rows) {
  return [
    `| ${head.join(' | ')} |`,
    `|---|${'---:|'.repeat(head.length - 1)}`,
    ...rows.map((row) => `| ${row.map((cell) => String(cell).replaceAll('|', '/')).join(' | ')} |`),
    '',
  ].join('\n');
}

/**
 * Ours over the floor: the median of the ratios of each round, because what disturbs the machine in a round mostly
 * disturbs both.
 */
export function ratioOf(ours, floor) {
  if (ours?.samples === undefined || floor?.samples === undefined) return undefined;
  const pairs = Math.min(ours.samples.length, floor.samples.length);
  return median(Array.from({ length: pairs }, (_, i) => ours.samples[i] / floor.samples[i]));
}

/**
 * One row of a comparison.
 *
 * @param title    the scenario, with its unit
 * @param results  name → result, from `compare`
 * @param columns  the contenders in the order of the table
 * @param goal     `{ ours, floor, most, ahead }`: at most `most` times the floor, and not behind any of `ahead`
 */
export function comparisonRow(title, results, columns, { ours, floor, most, ahead }) {
  const ratio = ratioOf(results[ours], results[floor]);
  const behind = ahead.filter((name) => {
    const peer = results[name]?.median;
    return peer !== undefined && !(results[ours].median < peer);
  });
  const misses = [
    ...(most !== undefined && !(ratio <= most) ? [`over ${most}×`] : []),
    ...behind.map((name) => `behind ${name}`),
  ];
  const wanted = [
    ...(most === undefined ? [] : [`≤ ${most}×`]),
    ...(ahead.length === 0 ? [] : [`ahead of ${ahead.length > 2 ? 'the others' : ahead.join(' and ')}`]),
  ].join(', ');
  return [
    title,
    ...columns.map((name) => format(results[name]?.median)),
    ratio === undefined ? '–' : ratio.toFixed(2),
    wanted,
    misses.length === 0 ? 'yes' : `**no**: ${misses.join(', ')}`,
  ];
}

/** Absolute paths say where it was run, which is nobody's business. */
const withoutPaths = (text) =>
  text.replaceAll(/(?<![\w.])\/[\w.@+-]+(?:\/[\w.@+-]+)+/g, (path) => path.split('/').at(-1));

/** What went wrong, for below a table: contenders that failed in a scenario, in their own words. */
export function failures(title, results) {
  return Object.entries(results)
    .filter(([, result]) => result.error !== undefined)
    .map(
      ([name, { error }]) => `- ${name}, ${title}: ${withoutPaths(error.replaceAll('\n', ' ')).slice(-200)}`,
    );
}
