import { roundUp, setU64 } from '../big-endian.ts';
import { type ByteFile, ImageError } from '../byte-file.ts';
import type { Image } from '../image.ts';
import type { DirtyBitmaps } from './bitmaps.ts';
import { l1EntriesFor, type Qcow2Header, writeHeader } from './header.ts';
import { type Mapping, NOTHING } from './mapping.ts';
import type { Refcounts } from './refcounts.ts';

/** Place of the disk's size in the header. */
const SIZE_OFFSET = 24;
const MAX_L1_BYTES = 32 << 20;

/** Everything of a qcow2 image that another size touches. */
export interface ResizableQcow2 extends Image {
  readonly file: ByteFile;
  readonly header: Qcow2Header;
  readonly clusterSize: number;
  readonly mapping: Mapping;
  readonly refcounts: Refcounts;
  readonly bitmaps: DirtyBitmaps;
  /** Makes room for a number of entries of the first level. */
  growL1(entries: number): void;
  /** Forgets what a whole cluster holds. */
  unmap(cluster: number): void;
}

/**
 * Changes the size of a disk.
 *
 * @throws {@link ImageError} in QEMU's words if the size isn't a multiple of 512 or if snapshots forbid it.
 */
export function resizeQcow2(image: ResizableQcow2, size: number): void {
  const { header, clusterSize, backing, size: old } = image;
  if (size % 512 !== 0) throw new ImageError('The new size must be a multiple of 512');
  if (header.snapshots > 0 && header.version < 3) {
    throw new ImageError("Can't resize a v2 image which has snapshots", 95);
  }
  const uncovers = size > old && backing !== undefined && backing.size > old;
  if (uncovers && header.version === 2) {
    throw new ImageError('Failed to zero out new clusters: Operation not supported', 95);
  }
  if (size < old) shrink(image, size);
  else image.growL1(l1EntriesFor(size, clusterSize));
  header.size = size;
  // QEMU writes nothing else of the header.
  const bytes = new Uint8Array(8);
  setU64(bytes, 0, size);
  image.file.write(SIZE_OFFSET, bytes);
  image.bitmaps.resize();
  if (uncovers && backing !== undefined) {
    // What the backing file has behind the old end must not come up.
    image.zero(old, Math.min(size, roundUp(backing.size, clusterSize)) - old);
  }
}

/** Makes room for a number of entries of the first level. */
export function growL1(
  { header, clusterSize, mapping, refcounts, file }: ResizableQcow2,
  entries: number,
): void {
  if (entries * 8 > MAX_L1_BYTES) throw new ImageError('Failed to grow the L1 table: File too large', 27);
  if (entries <= header.l1Entries) return;
  const old = { offset: header.l1Offset, bytes: header.l1Entries * 8 };
  const table = new Uint8Array(roundUp(entries * 8, clusterSize));
  table.set(mapping.l1Bytes);
  const offset = refcounts.allocate(entries * 8);
  file.write(offset, table);
  header.l1Offset = offset;
  header.l1Entries = entries;
  writeHeader(file, header);
  refcounts.add(old.offset, old.bytes, -1);
  mapping.reload();
}

function shrink(image: ResizableQcow2, size: number): void {
  const { mapping, clusterSize, refcounts } = image;
  const last = Math.ceil(image.size / clusterSize);
  for (let cluster = Math.ceil(size / clusterSize); cluster < last; cluster += 1) {
    const l1Index = Math.floor(cluster / mapping.perTable);
    if (mapping.l1Offset(l1Index) === 0) cluster = (l1Index + 1) * mapping.perTable - 1;
    else image.unmap(cluster);
  }
  for (let index = l1EntriesFor(size, clusterSize); index < mapping.l1Length; index += 1) {
    const offset = mapping.l1Offset(index);
    if (offset === 0) continue;
    mapping.setL1Entry(index, NOTHING);
    refcounts.add(offset, clusterSize, -1);
  }
}
