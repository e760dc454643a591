import { roundUp, setU64, u64 } from '../big-endian.ts';
import { type ByteFile, ImageError } from '../byte-file.ts';
import { type Qcow2Header, writeHeader } from './header.ts';

/** Bits of an entry of the reference count table that hold an offset. */
const OFFSET_UNIT = 512;
/** Clusters behind the end of the file that may be in use: those that were taken and not written yet. */
const MOST_BEHIND_END = 1 << 20;

/**
 * Reference counts of the clusters of a qcow2 file: a table of blocks of counters, grown when it's needed.
 */
export class Refcounts {
  readonly #file: ByteFile;
  readonly #header: Qcow2Header;
  readonly #clusterSize: number;
  readonly #bits: number;
  /** Offset of each block in 8 bytes, 0 if there isn't one. */
  #table: Uint8Array;
  readonly #blocks = new Map<number, Uint8Array>();
  /** All clusters before this one are in use. */
  #firstFree = 0;

  constructor(file: ByteFile, header: Qcow2Header) {
    this.#file = file;
    this.#header = header;
    this.#clusterSize = 2 ** header.clusterBits;
    this.#bits = 2 ** header.refcountOrder;
    this.#table = file.read(header.refcountTableOffset, header.refcountTableClusters * this.#clusterSize);
  }

  /** Number of counters in a block. */
  get perBlock(): number {
    return (this.#clusterSize * 8) / this.#bits;
  }

  /** Offsets of the blocks that exist. */
  *blocks(): Iterable<number> {
    for (let index = 0; index < this.#entries; index += 1) {
      const offset = this.#entry(index);
      if (offset !== 0) yield offset;
    }
  }

  /** Number of clusters that the blocks of the table can count. */
  get covered(): number {
    return this.#entries * this.perBlock;
  }

  /** Reads the counter of a cluster. */
  get(cluster: number): number {
    const block = this.#block(Math.floor(cluster / this.perBlock));
    return block === undefined ? 0 : readCounter(block, cluster % this.perBlock, this.#bits);
  }

  /** Writes the counter of a cluster; makes the block and grows the table if need be. */
  set(cluster: number, value: number): void {
    if (value >= 2 ** this.#bits) throw new ImageError('Invalid argument');
    const index = Math.floor(cluster / this.perBlock);
    const block = this.#block(index) ?? this.#addBlock(index);
    writeCounter(block, cluster % this.perBlock, this.#bits, value);
    this.#saveCounter(index, block, cluster % this.perBlock);
    if (value === 0 && cluster < this.#firstFree) this.#firstFree = cluster;
  }

  /** Takes a reference to each cluster of a part of the file, or with -1 gives it back. */
  add(offset: number, length: number, change: 1 | -1): void {
    if (length === 0) return;
    const first = Math.floor(offset / this.#clusterSize);
    const last = Math.floor((offset + length - 1) / this.#clusterSize);
    for (let cluster = first; cluster <= last; cluster += 1) {
      const count = this.get(cluster) + change;
      if (count < 0) throw new ImageError(`Invalid argument`);
      this.set(cluster, count);
    }
  }

  /**
   * Takes clusters that nobody uses, one behind the other.
   *
   * @returns Offset of the first.
   */
  allocate(bytes: number): number {
    const count = Math.max(1, Math.ceil(bytes / this.#clusterSize));
    for (;;) {
      const first = this.#findFree(count);
      // A block that has to be made for a counter may take a cluster of the part just found: look again then.
      for (let cluster = first; cluster < first + count; cluster += this.perBlock) this.#ensure(cluster);
      this.#ensure(first + count - 1);
      if (this.#findFree(count) !== first) continue;
      for (let cluster = first; cluster < first + count; cluster += 1) this.set(cluster, 1);
      if (count === 1) this.#firstFree = first + 1;
      return first * this.#clusterSize;
    }
  }

  #ensure(cluster: number): void {
    const index = Math.floor(cluster / this.perBlock);
    if (this.#block(index) === undefined) this.#addBlock(index);
  }

  #findFree(count: number): number {
    let start = this.#firstFree;
    // Nothing behind the end of the file is in use, unless the counters are damaged.
    const most = this.#end() + count + MOST_BEHIND_END;
    for (let cluster = start; ; cluster += 1) {
      if (cluster > most) throw new ImageError('File too large', 27);
      if (this.get(cluster) !== 0) start = cluster + 1;
      // The header is there: counters that say otherwise are damaged.
      else if (start === 0) throw new ImageError('Input/output error', 5);
      else if (cluster - start + 1 === count) return start;
    }
  }

  get #entries(): number {
    return this.#table.length / 8;
  }

  /** Reads an entry of the table, with bits that are reserved. */
  #entry(index: number): number {
    return index < this.#entries ? u64(this.#table, index * 8) : 0;
  }

  #offset(index: number): number {
    return Math.floor(this.#entry(index) / OFFSET_UNIT) * OFFSET_UNIT;
  }

  #block(index: number): Uint8Array | undefined {
    const offset = this.#offset(index);
    if (offset === 0) return undefined;
    let block = this.#blocks.get(offset);
    if (block === undefined) {
      if (offset % this.#clusterSize !== 0) throw new ImageError('Input/output error', 5);
      block = this.#file.read(offset, this.#clusterSize);
      this.#blocks.set(offset, block);
    }
    return block;
  }

  /** Makes a block of counters. It may lie among the clusters that it counts itself. */
  #addBlock(index: number): Uint8Array {
    if (index >= this.#entries) this.#growTable(index + 1);
    const existing = this.#block(index);
    if (existing !== undefined) return existing;
    const cluster = this.#findFree(1);
    const offset = cluster * this.#clusterSize;
    const block = new Uint8Array(this.#clusterSize);
    this.#file.write(offset, block);
    this.#blocks.set(offset, block);
    setU64(this.#table, index * 8, offset);
    const entry = this.#table.subarray(index * 8, index * 8 + 8);
    this.#file.write(this.#header.refcountTableOffset + index * 8, entry);
    this.set(cluster, 1);
    return block;
  }

  /** Moves the table to the end of the file, where it has room to grow by half. */
  #growTable(entries: number): void {
    const old = { offset: this.#header.refcountTableOffset, clusters: this.#header.refcountTableClusters };
    const bytes = roundUp(Math.max(entries, Math.ceil(this.#entries * 1.5)) * 8, this.#clusterSize);
    const clusters = bytes / this.#clusterSize;
    const start = Math.max(this.#end(), this.covered);
    // The clusters of the new table and of the blocks that count them follow each other.
    const firstIndex = Math.floor(start / this.perBlock);
    let blocks = 1;
    while ((firstIndex + blocks) * this.perBlock < start + clusters + blocks) blocks += 1;
    const table = new Uint8Array(bytes);
    table.set(this.#table);
    this.#table = table;
    for (let block = 0; block < blocks; block += 1) {
      const offset = (start + clusters + block) * this.#clusterSize;
      setU64(table, (firstIndex + block) * 8, offset);
      this.#blocks.set(offset, new Uint8Array(this.#clusterSize));
      this.#file.write(offset, new Uint8Array(this.#clusterSize));
    }
    this.#file.write(start * this.#clusterSize, table);
    this.#header.refcountTableOffset = start * this.#clusterSize;
    this.#header.refcountTableClusters = clusters;
    for (let cluster = start; cluster < start + clusters + blocks; cluster += 1) this.set(cluster, 1);
    writeHeader(this.#file, this.#header);
    this.add(old.offset, old.clusters * this.#clusterSize, -1);
  }

  #end(): number {
    return Math.ceil(this.#file.size / this.#clusterSize);
  }

  #saveCounter(index: number, block: Uint8Array, counter: number): void {
    const at = Math.floor((counter * this.#bits) / 8);
    const length = Math.max(1, this.#bits / 8);
    this.#file.write(this.#offset(index) + at, block.subarray(at, at + length));
  }
}

/** Reads a counter of 1 to 64 bits; counters of less than a byte begin at its lowest bits. */
export function readCounter(block: Uint8Array, index: number, bits: number): number {
  if (bits < 8) {
    const perByte = 8 / bits;
    return ((block[Math.floor(index / perByte)] ?? 0) >> ((index % perByte) * bits)) & (2 ** bits - 1);
  }
  let value = 0;
  for (let byte = 0; byte < bits / 8; byte += 1)
    value = value * 256 + (block[(index * bits) / 8 + byte] ?? 0);
  return value;
}

/** Writes a counter of 1 to 64 bits. */
export function writeCounter(block: Uint8Array, index: number, bits: number, value: number): void {
  if (bits < 8) {
    const perByte = 8 / bits;
    const at = Math.floor(index / perByte);
    const shift = (index % perByte) * bits;
    const mask = (2 ** bits - 1) << shift;
    block[at] = ((block[at] ?? 0) & ~mask) | (value << shift);
    return;
  }
  let rest = value;
  for (let byte = bits / 8 - 1; byte >= 0; byte -= 1) {
    block[(index * bits) / 8 + byte] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
