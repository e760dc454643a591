import type { BlockBackend } from '../backend/block-backend.ts';
import type { RequestKind } from '../backend/statistics.ts';

/** Drives as `info blockstats` prints them: each on one line, or from 11.0 on as a table. */
export function statsLines(backends: readonly BlockBackend[], asTable: boolean): string[] {
  if (!asTable) return backends.map((backend) => lineOf(backend));
  return backends.flatMap((backend, index) => [...(index === 0 ? [] : ['']), ...tableOf(backend)]);
}

function lineOf({ name, statistics }: BlockBackend): string {
  const counters: readonly (readonly [string, number])[] = [
    ['rd_bytes', statistics.bytes('rd')],
    ['wr_bytes', statistics.bytes('wr')],
    ['rd_operations', statistics.operations('rd')],
    ['wr_operations', statistics.operations('wr')],
    ['flush_operations', statistics.operations('flush')],
    ['wr_total_time_ns', 0],
    ['rd_total_time_ns', 0],
    ['flush_total_time_ns', 0],
    ['rd_merged', 0],
    ['wr_merged', 0],
    ['idle_time_ns', 0],
  ];
  return `${name}: ${counters.map(([counter, value]) => `${counter}=${value}`).join(' ')}`;
}

/** Last columns of the table's cells. */
const ENDS = [31, 48, 73, 84];

function tableOf({ name, statistics }: BlockBackend): string[] {
  const row = (title: string, kind: RequestKind): string =>
    cells(title, [String(statistics.bytes(kind)), String(statistics.operations(kind)), '0', '0']);
  return [
    `${name}: idle_time_ns=0`,
    cells('', ['bytes', 'operations', 'total_time_ns', 'merged']),
    row('Read:', 'rd'),
    row('Write:', 'wr'),
    cells('Flush:', ['', String(statistics.operations('flush')), '0']),
  ];
}

function cells(title: string, values: readonly string[]): string {
  let line = title;
  for (const [at, value] of values.entries()) {
    line += value.padStart((ENDS[at] ?? 0) - line.length);
  }
  return line;
}
