import { COMPRESSION } from './header.ts';
import type { Qcow2Image } from './qcow2-image.ts';
import type { Snapshot } from './snapshot-table.ts';

/** Members of the `format-specific` part, in the order in which the human form prints them. */
export function qcow2Specific(image: Qcow2Image): [string, unknown][] {
  const { header } = image;
  if (header.version === 2) {
    return [
      ['compat', '0.10'],
      ['compression-type', 'zlib'],
      ['refcount-bits', 16],
    ];
  }
  const bitmaps = image.bitmaps.list().map((bitmap) => ({
    flags: [
      ...(bitmap.inUse || bitmap.isHeld === true ? ['in-use'] : []),
      ...(bitmap.enabled ? ['auto'] : []),
    ],
    name: bitmap.name,
    granularity: bitmap.granularity,
  }));
  return [
    ['compat', '1.1'],
    ['compression-type', header.compressionType === COMPRESSION.zstd ? 'zstd' : 'zlib'],
    ['lazy-refcounts', (header.compatible & 1) !== 0],
    ...(bitmaps.length > 0 ? [['bitmaps', bitmaps] as [string, unknown]] : []),
    ['refcount-bits', 2 ** header.refcountOrder],
    ['corrupt', (header.incompatible & 2) !== 0],
    ['extended-l2', false],
  ];
}

/** Internal snapshots as `SnapshotInfo` tells them. */
export function snapshotInfo(snapshots: readonly Snapshot[]): Record<string, unknown>[] {
  return snapshots.map((each) => ({
    ...(each.icount === undefined ? {} : { icount: each.icount }),
    'vm-clock-nsec': each.clockNanoseconds % 1_000_000_000,
    name: each.name,
    'date-sec': each.dateSeconds,
    'date-nsec': each.dateNanoseconds,
    'vm-clock-sec': Math.floor(each.clockNanoseconds / 1_000_000_000),
    id: each.id,
    'vm-state-size': each.stateSize,
  }));
}
