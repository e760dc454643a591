import { listSnapshots, snapshotTableLength } from './snapshots.ts';
import { readEntry, writeEntry } from './mapping.ts';
import type { Qcow2Image } from './qcow2-image.ts';

/** Findings of a check. */
export interface CheckResult {
  /** Things that are wrong and can damage data. */
  readonly corruptions: number;
  /** Clusters that are counted and that nobody refers to. */
  readonly leaks: number;
  readonly corruptionsFixed: number;
  readonly leaksFixed: number;
  /** Offset behind the last cluster that is in use, in bytes. */
  readonly imageEnd: number;
  readonly totalClusters: number;
  readonly allocatedClusters: number;
  readonly fragmentedClusters: number;
  readonly compressedClusters: number;
  /** A line for each finding, as QEMU prints it on standard error. */
  readonly messages: readonly string[];
}

/** Repairs of a check: none, clusters without references, or everything. */
export type Repair = 'none' | 'leaks' | 'all';

/** Counts all references of a qcow2 image again and compares them with its counters. */
export function checkQcow2(image: Qcow2Image, repair: Repair = 'none'): CheckResult {
  return new Check(image, repair).run();
}

/** Most entries of a first-level table (`QCOW_MAX_L1_SIZE`). */
const MAX_L1_ENTRIES = (32 << 20) / 8;

class Check {
  readonly #image: Qcow2Image;
  readonly #repair: Repair;
  /** Number of references to each cluster. */
  readonly #references = new Map<number, number>();
  readonly #messages: string[] = [];
  #corruptions = 0;
  #leaks = 0;
  #corruptionsFixed = 0;
  #leaksFixed = 0;
  #allocated = 0;
  #fragmented = 0;
  #compressed = 0;
  /** Place of the next cluster of a table if the image weren't fragmented; 0 at the first. */
  #next = 0;

  constructor(image: Qcow2Image, repair: Repair) {
    this.#image = image;
    this.#repair = repair;
  }

  run(): CheckResult {
    const { header, clusterSize, refcounts, bitmaps, mapping, file } = this.#image;
    this.#count(0, clusterSize);
    this.#walk(header.l1Offset, mapping.l1Bytes, true);
    for (const { id, name, l1Offset, l1Entries } of listSnapshots(this.#image)) {
      const snapshot = `ERROR snapshot ${id} (${name})`;
      if (l1Offset % clusterSize !== 0) {
        const where = `l1_offset=0x${l1Offset.toString(16)}`;
        this.#corrupt(
          `${snapshot} ${where}: L1 table is not cluster aligned; snapshot table entry corrupted`,
        );
        continue;
      }
      if (l1Entries > MAX_L1_ENTRIES) {
        const size = `l1_size=0x${l1Entries.toString(16)}`;
        this.#corrupt(`${snapshot} ${size}: L1 table is too large; snapshot table entry corrupted`);
        continue;
      }
      this.#walk(l1Offset, file.read(l1Offset, l1Entries * 8), false);
    }
    this.#count(header.snapshotsOffset, snapshotTableLength(this.#image));
    this.#count(header.refcountTableOffset, header.refcountTableClusters * clusterSize);
    for (const offset of refcounts.blocks()) this.#count(offset, clusterSize);
    for (const { offset, length } of bitmaps.parts()) this.#count(offset, length);
    const imageEnd = this.#compare() * clusterSize;
    this.#checkCopied();
    return {
      corruptions: this.#corruptions,
      leaks: this.#leaks,
      corruptionsFixed: this.#corruptionsFixed,
      leaksFixed: this.#leaksFixed,
      imageEnd,
      totalClusters: Math.ceil(this.#image.size / clusterSize),
      allocatedClusters: this.#allocated,
      fragmentedClusters: this.#fragmented,
      compressedClusters: this.#compressed,
      messages: this.#messages,
    };
  }

  #count(offset: number, length: number): void {
    if (length === 0) return;
    const { clusterSize, file } = this.#image;
    if (offset + length - file.size >= clusterSize) {
      const where = `offset 0x${offset.toString(16)} size 0x${length.toString(16)}`;
      this.#corrupt(
        'ERROR: counting reference for region exceeding the end of the file by one cluster or more: ' + where,
      );
      return;
    }
    const last = Math.floor((offset + length - 1) / clusterSize);
    for (let cluster = Math.floor(offset / clusterSize); cluster <= last; cluster += 1) {
      this.#references.set(cluster, (this.#references.get(cluster) ?? 0) + 1);
    }
  }

  #walk(l1Offset: number, l1: Uint8Array, active: boolean): void {
    const { clusterSize, file, header } = this.#image;
    this.#count(l1Offset, l1.length);
    for (let index = 0; index < l1.length / 8; index += 1) {
      if (l1Offset + index * 8 >= file.size) break;
      const { offset } = readEntry(l1, index, header.clusterBits);
      if (offset === 0) continue;
      this.#count(offset, clusterSize);
      if (offset % clusterSize !== 0) {
        this.#corrupt(
          `ERROR l2_offset=${offset.toString(16)}: Table is not cluster aligned; L1 entry corrupted`,
        );
        continue;
      }
      const table = file.read(offset, clusterSize);
      this.#next = 0;
      for (let at = 0; at < clusterSize / 8; at += 1) this.#entry(table, at, active);
    }
  }

  #entry(table: Uint8Array, at: number, active: boolean): void {
    const { clusterSize, header } = this.#image;
    const entry = readEntry(table, at, header.clusterBits);
    if (entry.offset === 0) return;
    if (entry.compressed !== undefined) {
      this.#count(entry.offset, entry.compressed);
      if (active) {
        this.#allocated += 1;
        this.#compressed += 1;
        this.#fragmented += 1;
      }
      return;
    }
    if (active) {
      this.#allocated += 1;
      if (this.#next !== 0 && entry.offset !== this.#next) this.#fragmented += 1;
      this.#next = entry.offset + clusterSize;
    }
    this.#count(entry.offset, clusterSize);
    if (entry.offset % clusterSize !== 0) {
      this.#corrupt(
        `ERROR offset=${entry.offset.toString(16)}: Cluster is not properly aligned; L2 entry corrupted.`,
      );
    }
  }

  #corrupt(message: string): void {
    this.#corruptions += 1;
    this.#messages.push(message);
  }

  /**
   * Compares the counters with the references.
   *
   * @returns Number of clusters up to the last that is in use.
   */
  #compare(): number {
    const { refcounts, file, clusterSize } = this.#image;
    const referred = [...this.#references.keys()].reduce((most, cluster) => Math.max(most, cluster + 1), 0);
    const clusters = Math.max(Math.ceil(file.size / clusterSize), referred);
    let end = 0;
    for (let cluster = 0; cluster < clusters; cluster += 1) {
      const count = refcounts.get(cluster);
      const references = this.#references.get(cluster) ?? 0;
      if (count > 0 || references > 0) end = cluster + 1;
      if (count === references) continue;
      const fix = this.#repair === 'all' || (this.#repair === 'leaks' && count > references);
      if (fix) refcounts.set(cluster, references);
      const kind = fix ? 'Repairing' : count > references ? 'Leaked' : 'ERROR';
      this.#messages.push(`${kind} cluster ${cluster} refcount=${count} reference=${references}`);
      if (count > references) {
        if (fix) this.#leaksFixed += 1;
        else this.#leaks += 1;
      } else if (fix) this.#corruptionsFixed += 1;
      else this.#corruptions += 1;
    }
    return end;
  }

  /** Looks whether the entries of the active tables say truly that nobody else refers to their cluster. */
  #checkCopied(): void {
    const { mapping, refcounts, clusterSize, header, file } = this.#image;
    const fix = this.#repair === 'all';
    const say = (what: string): void => {
      this.#messages.push(`${fix ? 'Repairing' : 'ERROR'} OFLAG_COPIED ${what}`);
      if (fix) this.#corruptionsFixed += 1;
      else this.#corruptions += 1;
    };
    for (let index = 0; index < mapping.l1Length; index += 1) {
      if (header.l1Offset + index * 8 >= file.size) break;
      if (mapping.l1Offset(index) === 0) continue;
      const upper = mapping.l1Entry(index);
      if (upper.offset % clusterSize !== 0) continue;
      const count = refcounts.get(upper.offset / clusterSize);
      if ((count === 1) !== upper.copied) {
        say(`L2 cluster: l1_index=${index} l1_entry=${hexOf(mapping.l1Bytes, index)} refcount=${count}`);
        if (fix) mapping.setL1Entry(index, { ...upper, copied: count === 1 });
      }
      const table = file.read(upper.offset, clusterSize);
      for (let at = 0; at < clusterSize / 8; at += 1) {
        const entry = readEntry(table, at, header.clusterBits);
        if (entry.offset === 0 || entry.compressed !== undefined || entry.offset % clusterSize !== 0)
          continue;
        const references = refcounts.get(entry.offset / clusterSize);
        if ((references === 1) === entry.copied) continue;
        say(`data cluster: l2_entry=${hexOf(table, at)} refcount=${references}`);
        if (!fix) continue;
        writeEntry(table, at, { ...entry, copied: references === 1 }, header.clusterBits);
        file.write(upper.offset + at * 8, table.subarray(at * 8, at * 8 + 8));
      }
    }
    if (fix) mapping.reload();
  }
}

function hexOf(table: Uint8Array, index: number): string {
  return new DataView(table.buffer, table.byteOffset).getBigUint64(index * 8).toString(16);
}
