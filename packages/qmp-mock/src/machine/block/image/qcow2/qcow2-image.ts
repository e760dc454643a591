import { isZero, roundUp } from '../big-endian.ts';
import { type ByteFile, ImageError, type ImageFiles } from '../byte-file.ts';
import { assertInside, type Extent, type Image } from '../image.ts';
import { DirtyBitmaps } from './bitmaps.ts';
import { CompressedClusters } from './compressed-clusters.ts';
import { createQcow2 } from './create.ts';
import { qcow2Extents } from './extents.ts';
import { LAZY_REFCOUNTS, type Qcow2Header, readHeader, writeHeader } from './header.ts';
import { Mapping, NOTHING, type TableEntry } from './mapping.ts';
import { Refcounts } from './refcounts.ts';
import { growL1, resizeQcow2 } from './resize.ts';
import type { Snapshot } from './snapshot-table.ts';

/** Options of {@link Qcow2Image}. */
export interface Qcow2Options {
  readonly writable: boolean;
  /** Whether damage that a repair would mend is let pass. Default: not. */
  readonly repair?: boolean | undefined;
  /** Image that the parts come from which this one doesn't have. */
  readonly backing?: Image | undefined;
  /** First-level table of a snapshot, by which the disk is read. Default: the active one. */
  readonly l1?: { readonly offset: number; readonly entries: number } | undefined;
}

interface Qcow2Parts {
  readonly header: Qcow2Header;
  readonly refcounts: Refcounts;
  readonly mapping: Mapping;
  readonly bitmaps: DirtyBitmaps;
  readonly compressed: CompressedClusters;
}

function partsOf(file: ByteFile, files: ImageFiles, header: Qcow2Header): Qcow2Parts {
  const refcounts = new Refcounts(file, header);
  const mapping = new Mapping(file, header, refcounts);
  return {
    header,
    refcounts,
    mapping,
    bitmaps: new DirtyBitmaps(file, header, refcounts),
    compressed: new CompressedClusters(file, files, header, refcounts),
  };
}

/** A qcow2 image of version 2 or 3. Changes are in the file when a method returns. */
export class Qcow2Image implements Image {
  readonly format = 'qcow2';
  readonly filename: string;
  #parts: Qcow2Parts;
  readonly file: ByteFile;
  /** Bytes of a cluster. */
  readonly clusterSize: number;
  readonly #files: ImageFiles;
  backing: Image | undefined;

  constructor(filename: string, file: ByteFile, files: ImageFiles, options: Qcow2Options) {
    this.filename = filename;
    this.file = file;
    this.#files = files;
    this.backing = options.backing;
    const header = readHeader(file, options);
    if (options.l1 !== undefined) {
      header.l1Offset = options.l1.offset;
      header.l1Entries = options.l1.entries;
    }
    this.clusterSize = 2 ** header.clusterBits;
    this.#parts = partsOf(file, files, header);
  }

  /** Gives the disk as it was at a snapshot, to be read. Its size is what it's now, as QEMU has it. */
  asOf({ l1Offset, l1Entries }: Snapshot): Qcow2Image {
    return new Qcow2Image(this.filename, this.file, this.#files, {
      writable: false,
      backing: this.backing,
      l1: { offset: l1Offset, entries: l1Entries },
    });
  }

  /** Gives what the file's header says. */
  get header(): Qcow2Header {
    return this.#parts.header;
  }

  /** Gives the counters of the clusters of the file. */
  get refcounts(): Refcounts {
    return this.#parts.refcounts;
  }

  /** Gives the tables that say where each cluster of the disk is. */
  get mapping(): Mapping {
    return this.#parts.mapping;
  }

  /** Gives the bitmaps that are kept in the file. */
  get bitmaps(): DirtyBitmaps {
    return this.#parts.bitmaps;
  }

  get size(): number {
    return this.header.size;
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(this, offset, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const at = offset + done;
      const piece = Math.min(this.clusterSize - (at % this.clusterSize), length - done);
      const found = this.#readCluster(at, piece);
      if (found !== undefined) bytes.set(found, done);
      done += piece;
    }
    return bytes;
  }

  /** Reads a part of one cluster; `undefined` stands for zeros. */
  #readCluster(at: number, length: number): Uint8Array | undefined {
    const entry = this.mapping.get(Math.floor(at / this.clusterSize));
    if (entry.zero) return undefined;
    const inside = at % this.clusterSize;
    if (entry.compressed !== undefined) {
      const whole = this.#parts.compressed.read({ offset: entry.offset, length: entry.compressed });
      return whole.subarray(inside, inside + length);
    }
    if (entry.offset !== 0) {
      if (entry.offset % this.clusterSize !== 0) throw new ImageError('Input/output error', 5);
      return this.file.read(entry.offset + inside, length);
    }
    const { backing } = this;
    if (backing === undefined || at >= backing.size) return undefined;
    return backing.read(at, Math.min(length, backing.size - at));
  }

  write(offset: number, bytes: Uint8Array): void {
    assertInside(this, offset, bytes.length);
    let [place, reserved] = [0, 0];
    for (let done = 0; done < bytes.length;) {
      const at = offset + done;
      const piece = Math.min(this.clusterSize - (at % this.clusterSize), bytes.length - done);
      const cluster = Math.floor(at / this.clusterSize);
      const entry = this.mapping.get(cluster);
      if (isWritable(entry)) this.#writeInPlace(cluster, entry, at, bytes.subarray(done, done + piece));
      else {
        if (reserved === 0) {
          // The table first, as in QEMU: it comes before its data in the file.
          this.mapping.set(cluster, entry);
          reserved = this.#countUnwritable(cluster, offset + bytes.length);
          place = this.refcounts.allocate(reserved * this.clusterSize);
        }
        this.#writeElsewhere(cluster, place, at, bytes.subarray(done, done + piece));
        reserved -= 1;
        place += this.clusterSize;
      }
      done += piece;
    }
    this.bitmaps.mark(offset, bytes.length);
  }

  /**
   * Counts the clusters from one on, up to an offset, that need a new place: QEMU takes one place for those
   * of a table that follow each other.
   */
  #countUnwritable(first: number, end: number): number {
    const { perTable } = this.mapping;
    const last = Math.min(Math.ceil(end / this.clusterSize), roundUp(first + 1, perTable));
    let cluster = first + 1;
    while (cluster < last && !isWritable(this.mapping.get(cluster))) cluster += 1;
    return cluster - first;
  }

  #writeInPlace(cluster: number, entry: TableEntry, at: number, bytes: Uint8Array): void {
    const inside = at % this.clusterSize;
    if (!entry.zero) {
      this.file.write(entry.offset + inside, bytes);
      return;
    }
    const whole = new Uint8Array(this.clusterSize);
    whole.set(bytes, inside);
    this.file.write(entry.offset, whole);
    this.mapping.set(cluster, { offset: entry.offset, copied: true, zero: false });
  }

  #writeElsewhere(cluster: number, offset: number, at: number, bytes: Uint8Array): void {
    const entry = this.mapping.get(cluster);
    const inside = at % this.clusterSize;
    const start = cluster * this.clusterSize;
    const whole = new Uint8Array(this.clusterSize);
    if (bytes.length < this.clusterSize) {
      const old = this.#readCluster(start, Math.min(this.clusterSize, this.size - start));
      if (old !== undefined) whole.set(old);
    }
    whole.set(bytes, inside);
    this.file.write(offset, whole);
    this.mapping.set(cluster, { offset, copied: true, zero: false });
    this.release(entry);
  }

  /** Writes a whole cluster compressed, or as it is if that isn't shorter. */
  writeCompressed(offset: number, bytes: Uint8Array): void {
    const whole = new Uint8Array(this.clusterSize);
    whole.set(bytes);
    const packed = this.#parts.compressed.pack(whole);
    if (packed === undefined) {
      this.write(offset, bytes);
      return;
    }
    const cluster = Math.floor(offset / this.clusterSize);
    const old = this.mapping.get(cluster);
    this.mapping.set(cluster, old);
    const place = this.#parts.compressed.write(packed);
    this.mapping.set(cluster, {
      offset: place.offset,
      copied: false,
      zero: false,
      compressed: place.length,
    });
    this.release(old);
  }

  /** Gives back what an entry of the second level refers to. */
  release(entry: TableEntry): void {
    if (entry.compressed !== undefined) this.refcounts.add(entry.offset, entry.compressed, -1);
    else if (entry.offset !== 0) this.refcounts.add(entry.offset, this.clusterSize, -1);
  }

  zero(offset: number, length: number, { unmap = false }: { readonly unmap?: boolean } = {}): void {
    assertInside(this, offset, length);
    const end = offset + length;
    for (let at = offset; at < end;) {
      const next = Math.min(roundUp(at + 1, this.clusterSize), end);
      if (this.#canZero(at, next)) this.#zeroCluster(Math.floor(at / this.clusterSize), unmap);
      else this.write(at, new Uint8Array(next - at));
      at = next;
    }
    this.bitmaps.mark(offset, length);
  }

  /** Tells whether a part can be made zeros by its cluster's entry: the rest of the cluster is zeros, too. */
  #canZero(start: number, end: number): boolean {
    const first = start - (start % this.clusterSize);
    const last = Math.min(first + this.clusterSize, this.size);
    if (start === first && end === last) return true;
    const { offset, zero, compressed } = this.mapping.get(Math.floor(start / this.clusterSize));
    if (compressed !== undefined || (offset !== 0 && !zero)) return false;
    return isZero(this.read(first, start - first)) && isZero(this.read(end, last - end));
  }

  /**
   * Makes a whole cluster read as zeros, whatever stands behind the image. Version 2 can't say "zeros":
   * without a backing file it lets go of the cluster, as QEMU does (block/qcow2-cluster.c).
   */
  #zeroCluster(cluster: number, unmap: boolean): void {
    const entry = this.mapping.get(cluster);
    if (this.header.version === 2) {
      const start = cluster * this.clusterSize;
      if (this.backing === undefined) this.unmap(cluster);
      else this.write(start, new Uint8Array(Math.min(this.clusterSize, this.size - start)));
      return;
    }
    const keeps = entry.compressed === undefined && !unmap;
    if (entry.zero && (keeps || entry.offset === 0)) return;
    this.mapping.set(cluster, keeps ? { ...entry, zero: true } : { offset: 0, copied: false, zero: true });
    if (!keeps) this.release(entry);
  }

  /** Forgets what a whole cluster holds, so that it comes from the backing file again. */
  unmap(cluster: number): void {
    const entry = this.mapping.get(cluster);
    if (entry.offset === 0 && !entry.zero) return;
    this.mapping.set(cluster, NOTHING);
    this.release(entry);
  }

  /** Forgets all contents: a file without snapshots and bitmaps becomes as short as a new one. */
  clear(): void {
    const { header } = this;
    if (header.version === 3 && header.snapshots === 0 && this.bitmaps.list().length === 0) {
      this.file.truncate(0);
      createQcow2(this.file, {
        size: header.size,
        version: 3,
        clusterSize: this.clusterSize,
        refcountBits: 2 ** header.refcountOrder,
        lazyRefcounts: (header.compatible & LAZY_REFCOUNTS) !== 0,
        compressionType: header.compressionType,
        backingFile: header.backingFile,
        backingFormat: header.backingFormat,
      });
      this.#parts = partsOf(this.file, this.#files, {
        ...readHeader(this.file, { writable: true }),
        unknown: header.unknown,
      });
      if (header.unknown.length > 0) writeHeader(this.file, this.header);
      return;
    }
    const clusters = Math.ceil(this.size / this.clusterSize);
    for (let cluster = 0; cluster < clusters; cluster += 1) this.unmap(cluster);
  }

  extents(offset: number, length: number): Iterable<Extent> {
    assertInside(this, offset, length);
    return qcow2Extents(this.mapping, this.clusterSize, offset, length);
  }

  resize(size: number): void {
    resizeQcow2(this, size);
  }

  /** Makes room for a number of entries of the first level. */
  growL1(entries: number): void {
    growL1(this, entries);
  }

  /** Names another backing file, or none; contents stay as they are in the file. */
  setBacking(name: string | undefined, format: string | undefined): void {
    this.header.backingFile = name;
    this.header.backingFormat = name === undefined ? undefined : format;
    writeHeader(this.file, this.header);
  }

  close(): void {
    this.bitmaps.release();
    this.file.close();
  }
}

/** Tells whether a cluster may be written where it is. */
function isWritable({ compressed, offset, copied }: TableEntry): boolean {
  return compressed === undefined && offset !== 0 && copied;
}
