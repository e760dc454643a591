import { table } from '../lib/table.ts';
import { endings } from './endings.ts';
import type { CellResult, Launcher } from './run-cell.ts';

/**
 * Prints the results as a table in Markdown, one row for each ending, one column for each Vitest and pool.
 */
export function printTable(results: readonly CellResult[], launcher: Launcher): void {
  const columns = [...new Set(results.map(columnOf))];
  console.log(
    `Left behind: QEMU processes / other processes / sockets / descriptors / directories (launcher: ${launcher})\n`,
  );
  const rows = endings.flatMap(({ name, what }) => {
    const ofEnding = results.filter(({ ending }) => ending === name);
    if (ofEnding.length === 0) return [];
    return [[what, ...columns.map((column) => cell(ofEnding.find((result) => columnOf(result) === column)))]];
  });
  console.log(table(['how the run ends', ...columns], rows));
}

const columnOf = ({ vitest, pool }: CellResult): string => `${vitest} ${pool}`;

function cell(result: CellResult | undefined): string {
  if (result === undefined) return 'n/a';
  if (!result.ran) return `did not run (${result.how})`;
  const { qemu, reapers, runners, sockets, descriptors, directories } = result;
  return [qemu, reapers + runners, sockets, descriptors ?? '–', directories].join(' / ');
}
