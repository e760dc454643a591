import { readFileSync } from 'node:fs';
import { inRepository } from '../lib/repository.ts';
import { table } from './options.ts';

const BENCHMARKS = 'bench/RESULTS.md';
const FIDELITY = 'docs/fidelity.md';
/** The version that the numbers are of. */
const VERSION = '7.2';

/** A hand-made fake, the mock and a real QEMU in numbers, taken from the pages that have the measurements. */
export function comparison(): string {
  const loads = rowsOf(BENCHMARKS, 'ratio to lenient fake');
  const command = cells(loads, `sequential, µs a command: MockQmp ${VERSION}`);
  const starts = rowsOf(BENCHMARKS, 'ratio to the lenient fake');
  const spawned = cells(rowsOf(BENCHMARKS, 'over bare node, ms'), `QEMU ${VERSION}`);
  const refusals = cells(rowsOf(FIDELITY, `exchanges, ${VERSION}`), 'refusals');
  const [right = '', tried = ''] = (refusals[`exchanges, ${VERSION}`] ?? '').split(' of ');
  const sessions = cells(rowsOf(FIDELITY, 'other words'), VERSION);
  const share = (column: string): string => /\((.*)\)/.exec(sessions[column] ?? '')?.[1] ?? missing(column);
  return table(
    ['', 'a hand-made fake', 'qmp-mock', `QEMU ${VERSION}`],
    [
      [
        'a command and its reply',
        `${command['lenient fake'] ?? ''} µs`,
        `${command[`MockQmp ${VERSION}`] ?? ''} µs`,
        `${command[`QEMU ${VERSION}`] ?? ''} µs`,
      ],
      [
        'start to greeting',
        `${cells(starts, 'lenient fake, listening on a socket')['ms'] ?? ''} ms`,
        `${cells(starts, '`MockQmp`, in memory')['ms'] ?? ''} ms`,
        `${spawned['ms'] ?? ''} ms`,
      ],
      ['refusals in QEMU’s words, byte for byte', `0 of ${tried}`, `${right} of ${tried}`, 'all'],
      [
        'random sessions answered as QEMU does',
        'it says yes to all',
        `${share('identical')}; “not modelled”: ${share('honest')}`,
        'all',
      ],
    ],
  );
}

type Row = Readonly<Record<string, string>>;

/** Rows of the table of a page that has such a column, by the columns' names; the first column's is `''`. */
function rowsOf(page: string, column: string): readonly Row[] {
  const tables = readFileSync(inRepository(page), 'utf8').split(/\n\n+/);
  const found = tables.find(
    (text) => text.startsWith('|') && split(text.split('\n')[0] ?? '').includes(column),
  );
  if (found === undefined) throw new Error(`${page} has no table with the column ${column}`);
  const [head = [], , ...rows] = found.split('\n').map(split);
  return rows.map((row) =>
    Object.fromEntries(row.map((cell, number) => [number === 0 ? '' : (head[number] ?? ''), cell])),
  );
}

const split = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

const cells = (rows: readonly Row[], name: string): Row =>
  rows.find((row) => row[''] === name) ?? missing(name);

function missing(what: string): never {
  throw new Error(`The tables of measurements have no ${what} any more`);
}
