import { table } from '../lib/table.ts';
import { endings } from './endings.ts';
import type { CellResult, Launcher } from './run-cell.ts';

/** Text of a cell after which nothing was left. */
const NOTHING = 'nothing';

/**
 * Prints the results in Markdown: a row for each ending after which something was left, a column for each
 * Vitest and pool, and the list of the other endings.
 */
export function printTable(results: readonly CellResult[], launcher: Launcher): void {
  const columns = [...new Set(results.map(columnOf))];
  const rows = endings.flatMap(({ name, what }) => {
    const ofEnding = results.filter(({ ending }) => ending === name);
    if (ofEnding.length === 0) return [];
    return [[what, ...columns.map((column) => cell(ofEnding.find((result) => columnOf(result) === column)))]];
  });
  const isClean = ([, ...cells]: readonly string[]): boolean =>
    cells.every((text) => text === NOTHING || text === 'n/a');
  console.log(`Left behind with the launcher ${launcher}, ${columns.join(', ')}:\n`);
  const leaking = rows.filter((row) => !isClean(row));
  if (leaking.length > 0) console.log(table(['how the run ends', ...columns], leaking));
  const clean = rows.filter(isClean).map(([what]) => what);
  if (clean.length > 0)
    console.log(`Nothing was left in ${clean.length} of ${rows.length} endings: ${clean.join('; ')}.`);
}

const columnOf = ({ vitest, pool }: CellResult): string => `${vitest} ${pool}`;

/** Says what was left, without the things of which nothing was. */
function cell(result: CellResult | undefined): string {
  if (result === undefined) return 'n/a';
  if (!result.ran) return `did not run (${result.how})`;
  const { qemu, reapers, runners, sockets, descriptors, directories } = result;
  const left = [
    counted(qemu, 'QEMU', 'QEMUs'),
    counted(reapers + runners, 'process', 'processes'),
    counted(sockets, 'socket', 'sockets'),
    counted(descriptors ?? 0, 'descriptor', 'descriptors'),
    counted(directories, 'directory', 'directories'),
  ].filter(Boolean);
  return left.length === 0 ? NOTHING : left.join(', ');
}

const counted = (count: number, one: string, several: string): string =>
  count === 0 ? '' : `${count} ${count === 1 ? one : several}`;
