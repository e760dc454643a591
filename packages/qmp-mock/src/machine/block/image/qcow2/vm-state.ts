import { ImageError } from '../byte-file.ts';
import { l1EntriesFor } from './header.ts';
import { readEntry } from './mapping.ts';
import type { Qcow2Image } from './qcow2-image.ts';
import { readL1 } from './snapshots.ts';
import type { Snapshot } from './snapshot-table.ts';

/**
 * Writes the machine's state behind the end of the disk, where the snapshot that is made next takes it from
 * (`qcow2_save_vmstate`).
 */
export function writeVmState(image: Qcow2Image, bytes: Uint8Array): void {
  const { mapping, refcounts, clusterSize } = image;
  const clusters = Math.ceil(bytes.length / clusterSize);
  image.growL1(l1EntriesFor(image.size, clusterSize) + Math.ceil(clusters / mapping.perTable));
  const first = firstCluster(image, image.size);
  const place = refcounts.allocate(clusters * clusterSize);
  const padded = new Uint8Array(clusters * clusterSize);
  padded.set(bytes);
  image.file.write(place, padded);
  for (let index = 0; index < clusters; index += 1) {
    // A state that was loaded is still there.
    const old = mapping.get(first + index);
    mapping.set(first + index, { offset: place + index * clusterSize, copied: true, zero: false });
    image.release(old);
  }
}

/** Forgets the state that was written last: the snapshot has it. */
export function dropVmState(image: Qcow2Image, length: number): void {
  const first = firstCluster(image, image.size);
  const clusters = Math.ceil(length / image.clusterSize);
  for (let index = 0; index < clusters; index += 1) image.unmap(first + index);
}

/**
 * Reads the machine's state from a snapshot, whatever the disk is now.
 *
 * @param limit - Bytes to read at most.
 */
export function readVmState(image: Qcow2Image, snapshot: Snapshot, limit: number): Uint8Array {
  const { clusterSize, file, header } = image;
  const { perTable } = image.mapping;
  const l1 = readL1(image, snapshot);
  const bytes = new Uint8Array(Math.min(snapshot.stateSize, limit));
  const first = firstCluster(image, snapshot.diskSize);
  for (let done = 0; done < bytes.length; done += clusterSize) {
    const cluster = first + done / clusterSize;
    const index = Math.floor(cluster / perTable);
    if (index >= snapshot.l1Entries) throw new ImageError('Input/output error', 5);
    const table = readEntry(l1, index, header.clusterBits).offset;
    if (table === 0) continue;
    const at = (cluster % perTable) * 8;
    const entry = readEntry(file.read(table + at, 8), 0, header.clusterBits);
    if (entry.compressed !== undefined) throw new ImageError('Input/output error', 5);
    if (entry.offset === 0 || entry.zero) continue;
    bytes.set(file.read(entry.offset, Math.min(clusterSize, bytes.length - done)), done);
  }
  return bytes;
}

/** Number of the first cluster behind a disk of that size. */
function firstCluster({ clusterSize, mapping }: Qcow2Image, size: number): number {
  return l1EntriesFor(size, clusterSize) * mapping.perTable;
}
