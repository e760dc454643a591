import { roundUp } from '../big-endian.ts';
import type { Extent } from '../image.ts';
import type { Mapping } from './mapping.ts';

/** An extent that may still grow. */
type Growing = { -readonly [K in keyof Extent]: Extent[K] };

/** Tells where a part of a disk stands by the tables; what follows each other in the file is one. */
export function* qcow2Extents(
  mapping: Mapping,
  clusterSize: number,
  offset: number,
  length: number,
): Iterable<Extent> {
  const end = offset + length;
  const perL1 = clusterSize * mapping.perTable;
  let last: Growing | undefined;
  for (let at = offset; at < end;) {
    // A table of the second level that isn't there stands for a great part of the disk.
    const isAbsent = mapping.l1Offset(Math.floor(at / perL1)) === 0;
    const next = Math.min(roundUp(at + 1, isAbsent ? perL1 : clusterSize), end);
    const found: Growing = isAbsent
      ? { offset: at, length: next - at, kind: 'unallocated' }
      : extent(mapping, clusterSize, at, next - at);
    if (last !== undefined && joins(last, found)) last.length += found.length;
    else {
      if (last !== undefined) yield last;
      last = found;
    }
    at = next;
  }
  if (last !== undefined) yield last;
}

function joins(last: Extent, next: Extent): boolean {
  if (last.kind !== next.kind || last.compressed !== next.compressed) return false;
  return last.host === undefined ? next.host === undefined : last.host + last.length === next.host;
}

function extent(mapping: Mapping, clusterSize: number, offset: number, length: number): Growing {
  const entry = mapping.get(Math.floor(offset / clusterSize));
  if (entry.zero) {
    const host = entry.offset === 0 ? undefined : entry.offset + (offset % clusterSize);
    return { offset, length, kind: 'zero', host };
  }
  if (entry.compressed !== undefined) return { offset, length, kind: 'data', compressed: true };
  if (entry.offset === 0) return { offset, length, kind: 'unallocated' };
  return { offset, length, kind: 'data', host: entry.offset + (offset % clusterSize) };
}
