type Cell = string | number;

/** A Markdown table, in columns; every one but the first is right-aligned. */
export function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const texts = [head, ...rows].map((cells) => cells.map((cell) => String(cell).replaceAll('|', '/')));
  const widths = head.map((_, column) => Math.max(3, ...texts.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [first = [], ...others] = texts;
  return [line(first), line(rule), ...others.map(line), ''].join('\n');
}

/** Shows a row while the rest is still measured. */
export function shown<T extends readonly Cell[]>(row: T): T {
  console.error(row.join(' | '));
  return row;
}
