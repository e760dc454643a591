import { ImageError } from '../byte-file.ts';
import { l1EntriesFor, writeHeader } from './header.ts';
import { readEntry, writeEntry } from './mapping.ts';
import type { Qcow2Image } from './qcow2-image.ts';
import { readSnapshots, type Snapshot, snapshotTable } from './snapshot-table.ts';

/** Longest first-level table in bytes (`QCOW_MAX_L1_SIZE`). */
const MAX_L1_BYTES = 32 << 20;

/** Facts in a new snapshot about the moment at which it's made. */
export interface SnapshotMoment {
  /** Time since 1970 in nanoseconds. */
  readonly date: bigint;
  /** Time that the guest has run, in nanoseconds. Default 0. */
  readonly clock?: number | undefined;
  /** Number of instructions that the guest has run; `null` if they aren't counted. Default 0. */
  readonly icount?: number | null | undefined;
  /** Size of the machine's state in bytes. Default 0. */
  readonly stateSize?: number | undefined;
}

/** Lists the internal snapshots of an image. */
export function listSnapshots(image: Qcow2Image): readonly Snapshot[] {
  return readSnapshots(image.file, image.header);
}

/** Finds a snapshot by its id, or else by its name. */
export function findSnapshot(image: Qcow2Image, idOrName: string): Snapshot | undefined {
  const all = listSnapshots(image);
  return all.find(({ id }) => id === idOrName) ?? all.find(({ name }) => name === idOrName);
}

/**
 * Makes an internal snapshot: a copy of the first-level table, and a reference to each cluster that the disk
 * uses.
 */
export function createSnapshot(image: Qcow2Image, name: string, moment: SnapshotMoment): void {
  const all = listSnapshots(image);
  const highest = all.reduce((most, { id }) => Math.max(most, Number(id) || 0), 0);
  const l1 = Uint8Array.from(image.mapping.l1Bytes);
  assertRoom(image);
  const l1Offset = image.refcounts.allocate(l1.length);
  image.file.write(l1Offset, l1);
  refer(image, l1, 1);
  saveActive(image, l1);
  writeTable(image, [
    ...all,
    {
      id: String(highest + 1),
      name,
      l1Offset,
      l1Entries: image.header.l1Entries,
      diskSize: image.size,
      stateSize: moment.stateSize ?? 0,
      dateSeconds: Number(moment.date / 1_000_000_000n),
      dateNanoseconds: Number(moment.date % 1_000_000_000n),
      clockNanoseconds: moment.clock ?? 0,
      icount: moment.icount === null ? undefined : (moment.icount ?? 0),
    },
  ]);
}

/** Refuses a snapshot if a counter has no room for one more reference. */
function assertRoom({ mapping, refcounts, header, clusterSize }: Qcow2Image): void {
  if (header.refcountOrder > 3) return;
  const most = 2 ** (2 ** header.refcountOrder) - 1;
  const full = (offset: number): boolean =>
    offset !== 0 && refcounts.get(Math.floor(offset / clusterSize)) >= most;
  for (let index = 0; index < mapping.l1Length; index += 1) {
    if (full(mapping.l1Entry(index).offset)) throw new ImageError('Invalid argument');
  }
  for (let index = 0; index < mapping.l1Length; index += 1) {
    if (mapping.l1Entry(index).offset === 0) continue;
    for (let at = 0; at < mapping.perTable; at += 1) {
      if (full(mapping.get(index * mapping.perTable + at).offset)) throw new ImageError('Invalid argument');
    }
  }
}

/** Reads the first-level table of a snapshot; throws QEMU's refusal of one that can't be. */
export function readL1({ file, clusterSize }: Qcow2Image, { l1Offset, l1Entries }: Snapshot): Uint8Array {
  if (l1Entries * 8 > MAX_L1_BYTES) throw new ImageError('Snapshot L1 table too large', 27);
  if (l1Offset % clusterSize !== 0) throw new ImageError('Snapshot L1 table offset invalid');
  return file.read(l1Offset, l1Entries * 8);
}

/** Deletes an internal snapshot, and gives back the clusters that nobody else uses. */
export function deleteSnapshot(image: Qcow2Image, snapshot: Snapshot): void {
  const l1 = readL1(image, snapshot);
  writeTable(
    image,
    listSnapshots(image).filter(({ id }) => id !== snapshot.id),
  );
  refer(image, l1, -1);
  image.refcounts.add(snapshot.l1Offset, snapshot.l1Entries * 8, -1);
  const active = Uint8Array.from(image.mapping.l1Bytes);
  refer(image, active, 0);
  saveActive(image, active);
}

/** Makes the disk what it was when a snapshot was made. */
export function applySnapshot(image: Qcow2Image, snapshot: Snapshot): void {
  if (snapshot.diskSize !== image.size) image.resize(snapshot.diskSize);
  const saved = readL1(image, snapshot);
  image.growL1(Math.max(snapshot.l1Entries, l1EntriesFor(snapshot.diskSize, image.clusterSize)));
  const old = Uint8Array.from(image.mapping.l1Bytes);
  const l1 = new Uint8Array(old.length);
  l1.set(saved);
  refer(image, l1, 1);
  saveActive(image, l1);
  refer(image, old, -1);
  refer(image, l1, 0);
  saveActive(image, l1);
}

/** Writes a table of snapshots into a new place and gives the old one back. */
function writeTable(image: Qcow2Image, snapshots: readonly Snapshot[]): void {
  const { header } = image;
  const old = { offset: header.snapshotsOffset, length: snapshotTable(listSnapshots(image)).length };
  const table = snapshotTable(snapshots);
  header.snapshots = snapshots.length;
  header.snapshotsOffset = 0;
  if (table.length > 0) {
    header.snapshotsOffset = image.refcounts.allocate(table.length);
    image.file.write(header.snapshotsOffset, table);
  }
  writeHeader(image.file, header);
  if (old.length > 0) image.refcounts.add(old.offset, old.length, -1);
}

function saveActive(image: Qcow2Image, l1: Uint8Array): void {
  image.file.write(image.header.l1Offset, l1);
  image.mapping.reload();
}

/**
 * Takes a reference to each cluster that a first-level table leads to (1), gives it back (-1), or leaves it
 * (0), and says in each entry whether its cluster has this reference only. The second-level tables are
 * written; `l1` is changed in memory.
 */
function refer(image: Qcow2Image, l1: Uint8Array, change: 1 | 0 | -1): void {
  const { clusterSize, refcounts, file, header } = image;
  const bits = header.clusterBits;
  for (let index = 0; index < l1.length / 8; index += 1) {
    const upper = readEntry(l1, index, bits);
    if (upper.offset === 0) continue;
    const table = file.read(upper.offset, clusterSize);
    let changed = false;
    for (let at = 0; at < clusterSize / 8; at += 1) {
      const entry = readEntry(table, at, bits);
      if (entry.offset === 0) continue;
      const length = entry.compressed ?? clusterSize;
      if (change !== 0) refcounts.add(entry.offset, length, change);
      if (entry.compressed !== undefined) continue;
      const copied = refcounts.get(entry.offset / clusterSize) === 1;
      if (copied === entry.copied) continue;
      writeEntry(table, at, { ...entry, copied }, bits);
      changed = true;
    }
    if (change !== 0) refcounts.add(upper.offset, clusterSize, change);
    const count = refcounts.get(upper.offset / clusterSize);
    if (changed && count > 0) file.write(upper.offset, table);
    const copied = count === 1;
    if (copied !== upper.copied) writeEntry(l1, index, { ...upper, copied }, bits);
  }
}

/** Length of the table of snapshots in bytes. */
export function snapshotTableLength(image: Qcow2Image): number {
  return snapshotTable(listSnapshots(image)).length;
}
