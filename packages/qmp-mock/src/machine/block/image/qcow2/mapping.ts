import { roundUp, setU32, u32 } from '../big-endian.ts';
import { type ByteFile, ImageError } from '../byte-file.ts';
import type { Qcow2Header } from './header.ts';
import type { Refcounts } from './refcounts.ts';

const TWO_32 = 2 ** 32;
/** Highest half of an entry: "nobody else refers to this cluster". */
const COPIED = 0x80_00_00_00;
/** Highest half of an entry: the cluster is compressed. */
const COMPRESSED = 0x40_00_00_00;
/** Lowest bit of an entry: the cluster reads as zeros (version 3). */
const ZERO = 1;

/** An entry of a first- or second-level table. */
export interface TableEntry {
  /** Offset of the cluster that the entry refers to; 0 if it doesn't refer to one. */
  readonly offset: number;
  /** Whether nobody else refers to the cluster, so that it may be written in place. */
  readonly copied: boolean;
  /** Whether the cluster reads as zeros, whatever it holds. */
  readonly zero: boolean;
  /** Number of bytes at `offset` in which the cluster is compressed. */
  readonly compressed?: number | undefined;
}

/** An entry that refers to nothing. */
export const NOTHING: TableEntry = { offset: 0, copied: false, zero: false };

/**
 * Decodes an entry. The place and length of a compressed cluster share their bits by the size of a cluster.
 */
export function readEntry(table: Uint8Array, index: number, clusterBits: number): TableEntry {
  const high = u32(table, index * 8);
  const low = u32(table, index * 8 + 4);
  if (high & COMPRESSED) {
    // docs/interop/qcow2.txt, "Compressed Clusters Descriptor": x = 62 - (cluster_bits - 8).
    const offsetBits = 62 - (clusterBits - 8);
    const bits = (BigInt(high & 0x3f_ff_ff_ff) << 32n) | BigInt(low);
    const offset = Number(bits & ((1n << BigInt(offsetBits)) - 1n));
    const sectors = Number(bits >> BigInt(offsetBits)) + 1;
    return { offset, copied: false, zero: false, compressed: sectors * 512 - (offset % 512) };
  }
  return {
    offset: (high & 0x00_ff_ff_ff) * TWO_32 + (low - (low % 512)),
    copied: (high & COPIED) !== 0,
    zero: (low & ZERO) !== 0,
  };
}

/** Encodes an entry. */
export function writeEntry(table: Uint8Array, index: number, entry: TableEntry, clusterBits: number): void {
  if (entry.compressed !== undefined) {
    const offsetBits = BigInt(62 - (clusterBits - 8));
    const sectors = Math.ceil((entry.compressed + (entry.offset % 512)) / 512) - 1;
    const bits = (1n << 62n) | (BigInt(sectors) << offsetBits) | BigInt(entry.offset);
    setU32(table, index * 8, Number(bits >> 32n));
    setU32(table, index * 8 + 4, Number(bits & 0xff_ff_ff_ffn));
    return;
  }
  setU32(table, index * 8, Math.floor(entry.offset / TWO_32) + (entry.copied ? COPIED : 0));
  setU32(table, index * 8 + 4, (entry.offset % TWO_32) + (entry.zero ? ZERO : 0));
}

/** The two levels of tables that say where each cluster of a disk is. */
export class Mapping {
  readonly #file: ByteFile;
  readonly #header: Qcow2Header;
  readonly #refcounts: Refcounts;
  readonly #clusterSize: number;
  #l1: Uint8Array;
  /** Second-level tables that were read; few are needed at a time. */
  readonly #l2 = new Map<number, Uint8Array>();

  constructor(file: ByteFile, header: Qcow2Header, refcounts: Refcounts) {
    this.#file = file;
    this.#header = header;
    this.#refcounts = refcounts;
    this.#clusterSize = 2 ** header.clusterBits;
    this.#l1 = this.#readL1();
  }

  /** Number of entries of a second-level table. */
  get perTable(): number {
    return this.#clusterSize / 8;
  }

  /** Number of entries of the first-level table that the file has; those behind them refer to nothing. */
  get l1Length(): number {
    return this.#l1.length / 8;
  }

  /** Bytes of the first-level table. */
  get l1Bytes(): Uint8Array {
    this.#completeL1();
    return this.#l1;
  }

  /** Reads what the file has of the table: a header may promise far more, which is zeros. */
  #readL1(): Uint8Array {
    const { l1Offset, l1Entries } = this.#header;
    const bytes = Math.min(l1Entries * 8, roundUp(Math.max(0, this.#file.size - l1Offset), 8));
    return this.#file.read(l1Offset, bytes);
  }

  /** Gives the table its whole length. */
  #completeL1(): void {
    const bytes = this.#header.l1Entries * 8;
    if (this.#l1.length >= bytes) return;
    const whole = new Uint8Array(bytes);
    whole.set(this.#l1);
    this.#l1 = whole;
  }

  /** Takes another first-level table, as the header says by now. */
  reload(): void {
    this.#l2.clear();
    this.#l1 = this.#readL1();
  }

  /** Gives the place of a second-level table, 0 if there isn't one. */
  l1Offset(index: number): number {
    const low = u32(this.#l1, index * 8 + 4);
    return (u32(this.#l1, index * 8) & 0x00_ff_ff_ff) * TWO_32 + (low - (low % 512));
  }

  /** Gives an entry of the first level. */
  l1Entry(index: number): TableEntry {
    return readEntry(this.#l1, index, this.#header.clusterBits);
  }

  /** Writes an entry of the first level. */
  setL1Entry(index: number, entry: TableEntry): void {
    this.#completeL1();
    writeEntry(this.#l1, index, entry, this.#header.clusterBits);
    this.#file.write(this.#header.l1Offset + index * 8, this.#l1.subarray(index * 8, index * 8 + 8));
  }

  /** Gives the entry of a cluster of the disk. */
  get(cluster: number): TableEntry {
    const table = this.#table(Math.floor(cluster / this.perTable));
    return table === undefined
      ? NOTHING
      : readEntry(table, cluster % this.perTable, this.#header.clusterBits);
  }

  /** Writes the entry of a cluster; makes its table, or a copy of one that a snapshot needs as well. */
  set(cluster: number, entry: TableEntry): void {
    const l1Index = Math.floor(cluster / this.perTable);
    const table = this.#writableTable(l1Index);
    const index = cluster % this.perTable;
    writeEntry(table, index, entry, this.#header.clusterBits);
    this.#file.write(this.l1Entry(l1Index).offset + index * 8, table.subarray(index * 8, index * 8 + 8));
  }

  #table(l1Index: number): Uint8Array | undefined {
    const { offset } = this.l1Entry(l1Index);
    if (offset === 0) return undefined;
    let table = this.#l2.get(offset);
    if (table === undefined) {
      if (offset % this.#clusterSize !== 0) throw new ImageError('Input/output error', 5);
      if (this.#l2.size >= 64) this.#l2.clear();
      table = this.#file.read(offset, this.#clusterSize);
      this.#l2.set(offset, table);
    }
    return table;
  }

  #writableTable(l1Index: number): Uint8Array {
    const entry = this.l1Entry(l1Index);
    const old = this.#table(l1Index);
    if (old !== undefined && entry.copied) return old;
    const table = old === undefined ? new Uint8Array(this.#clusterSize) : Uint8Array.from(old);
    const offset = this.#refcounts.allocate(this.#clusterSize);
    this.#file.write(offset, table);
    this.#l2.set(offset, table);
    this.setL1Entry(l1Index, { offset, copied: true, zero: false });
    if (old !== undefined) this.#refcounts.add(entry.offset, this.#clusterSize, -1);
    return table;
  }
}
