import { table } from '../../docs/options.ts';
import { recordedVersions } from '../../lib/versions.ts';

/**
 * A table with a row for each name that any version has, and a column for each version.
 *
 * @param cellsOf - The cells of a version by name. What isn't there, the version doesn't have.
 */
export function byVersion(head: string, cellsOf: (version: string) => ReadonlyMap<string, string>): string {
  const versions = recordedVersions();
  const columns = versions.map(cellsOf);
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))].toSorted();
  const rows = names.map((name) => [`\`${name}\``, ...columns.map((column) => column.get(name) ?? '–')]);
  return table([head, ...versions], rows);
}

/** A count for each version of the cells that hold. */
export function counts(
  cellsOf: (version: string) => ReadonlyMap<string, string>,
  holds: (cell: string) => boolean,
): string[] {
  return recordedVersions().map((version) => {
    const cells = [...cellsOf(version).values()];
    return `${cells.filter(holds).length} of ${cells.length}`;
  });
}
