import { concat, isZero, roundUp, setU16, setU32, setU64, u16, u32, u64 } from '../big-endian.ts';
import { type ByteFile, ImageError, ImageNotModelled } from '../byte-file.ts';
import { BITMAPS_CONSISTENT, type Qcow2Header, writeHeader } from './header.ts';
import type { Refcounts } from './refcounts.ts';

/** Flags of a bitmap in the directory (docs/interop/qcow2.txt, "Bitmap directory"). */
const FLAG = { inUse: 1, auto: 2 };
/** Bytes of an entry of the directory before its name. */
const FIXED = 24;
/** Type of a dirty bitmap, the only one that there is. */
const DIRTY = 1;
const MAX_NAME = 1023;
const MIN_GRANULARITY = 512;
/** Limits of an entry of the directory (block/qcow2-bitmap.c). */
const GRANULARITY_BITS = { least: 9, most: 31 };
const MAX_BITMAP_BYTES = 0x20_00_00_00;

/** A bitmap that is kept in the file. */
export interface DirtyBitmap {
  readonly name: string;
  /** Bytes of the disk for which one bit stands. */
  readonly granularity: number;
  /** Whether writes set its bits. */
  enabled: boolean;
  /** Whether it was left behind by a process that ended in the middle: its bits can't be trusted. */
  readonly inUse: boolean;
  /** Whether this process has it open for writing: the file says "in use" until the bits are written. */
  isHeld?: boolean;
  /** One bit for each `granularity` bytes; the lowest bit of a byte comes first. */
  bits: Uint8Array;
}

/** Bitmaps of a qcow2 file, read when they're asked for and written by {@link DirtyBitmaps.save}. */
export class DirtyBitmaps {
  readonly #file: ByteFile;
  readonly #header: Qcow2Header;
  readonly #refcounts: Refcounts;
  #loaded: DirtyBitmap[] | undefined;
  #changed = false;

  constructor(file: ByteFile, header: Qcow2Header, refcounts: Refcounts) {
    this.#file = file;
    this.#header = header;
    this.#refcounts = refcounts;
  }

  /** Bitmaps in the order in which they were made. */
  list(): readonly DirtyBitmap[] {
    this.#loaded ??= this.#read();
    return this.#loaded;
  }

  /** Finds a bitmap. Throws {@link ImageError} if there isn't one with this name. */
  get(name: string): DirtyBitmap {
    const bitmap = this.list().find((each) => each.name === name);
    if (bitmap === undefined) throw new ImageError(`Dirty bitmap '${name}' not found`, 2);
    return bitmap;
  }

  /**
   * Adds a bitmap that is enabled.
   *
   * @param granularity - Bytes for which one bit stands. Default: a cluster, but at least 4 KiB and at most
   *   64 KiB.
   */
  add(
    name: string,
    granularity: number = Math.min(65_536, Math.max(4096, 2 ** this.#header.clusterBits)),
  ): void {
    if (this.list().some((each) => each.name === name))
      throw new ImageError(`Bitmap already exists: ${name}`);
    if (new TextEncoder().encode(name).length > MAX_NAME) throw new ImageError('Bitmap name is too long');
    if (granularity < MIN_GRANULARITY || !Number.isInteger(Math.log2(granularity))) {
      throw new ImageError('Granularity must be power of 2 and at least 512');
    }
    if (this.#header.version < 3) {
      throw new ImageError(`Cannot store dirty bitmaps in qcow2 v2 files`, 95);
    }
    this.#change().push({ name, granularity, enabled: true, inUse: false, bits: this.#empty(granularity) });
  }

  /** Removes a bitmap. */
  remove(name: string): void {
    const bitmap = this.get(name);
    const list = this.#change();
    list.splice(list.indexOf(bitmap), 1);
  }

  /** Clears all bits of a bitmap. */
  clear(name: string): void {
    this.#change();
    this.get(name).bits.fill(0);
  }

  /** Says whether writes set the bits of a bitmap from now on. */
  enable(name: string, enabled: boolean): void {
    this.#change();
    this.get(name).enabled = enabled;
  }

  /** Sets the bits that another bitmap, of this image or another, has set. */
  merge(name: string, source: DirtyBitmap): void {
    const target = this.get(name);
    this.#change();
    for (let bit = 0; bit < source.bits.length * 8; bit += 1) {
      if ((source.bits[bit >> 3] ?? 0) & (1 << (bit & 7)))
        setBits(target, bit * source.granularity, source.granularity);
    }
  }

  /** Says in the file that the bitmaps are in use: whoever opens it writes them at its end. */
  hold(): void {
    if (this.#header.bitmaps === undefined) return;
    for (const bitmap of this.#change()) if (!bitmap.inUse) bitmap.isHeld = true;
    this.save();
  }

  /** Writes the bitmaps that were held, and says that they aren't in use any more. */
  release(): void {
    for (const bitmap of this.#loaded ?? []) {
      if (bitmap.isHeld !== true) continue;
      bitmap.isHeld = false;
      this.#changed = true;
    }
    this.save();
  }

  /** Puts other bitmaps in the place of all that there are. */
  replace(bitmaps: readonly DirtyBitmap[]): void {
    if (bitmaps.length === 0 && this.list().length === 0) return;
    const list = this.#change();
    list.splice(0, list.length, ...bitmaps);
  }

  /** Sets the bits of a part in all bitmaps that are enabled. */
  mark(offset: number, length: number): void {
    if (length === 0 || (this.#header.bitmaps === undefined && this.#loaded === undefined)) return;
    for (const bitmap of this.list()) {
      if (!bitmap.enabled || bitmap.inUse) continue;
      this.#changed = true;
      setBits(bitmap, offset, length);
    }
  }

  /** Makes each bitmap as long as the disk is by now. */
  resize(): void {
    if (this.list().length === 0) return;
    for (const bitmap of this.#change()) {
      const bits = this.#empty(bitmap.granularity);
      bits.set(bitmap.bits.subarray(0, bits.length));
      bitmap.bits = bits;
    }
  }

  /**
   * Writes what was changed: data, tables and directory are written anew, as QEMU does when it closes an
   * image.
   */
  save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const { bitmaps: old } = this.#header;
    // What is old goes last, so that an image that is left in the middle still has it.
    const before = this.#directory();
    const list = this.#loaded ?? [];
    if (list.length === 0) this.#header.bitmaps = undefined;
    else {
      const directory = concat(list.map((bitmap) => this.#write(bitmap)));
      const offset = this.#refcounts.allocate(directory.length);
      this.#file.write(offset, directory);
      this.#header.bitmaps = { count: list.length, offset, size: directory.length };
    }
    this.#header.autoclear = list.length === 0 ? 0 : BITMAPS_CONSISTENT;
    writeHeader(this.#file, this.#header);
    this.#free(before);
    if (old !== undefined) this.#refcounts.add(old.offset, old.size, -1);
  }

  /** Parts of the file that bitmaps take: the directory, the tables and their data. */
  parts(): { readonly offset: number; readonly length: number }[] {
    const { bitmaps } = this.#header;
    if (bitmaps === undefined) return [];
    const clusterSize = 2 ** this.#header.clusterBits;
    const parts = [{ offset: bitmaps.offset, length: bitmaps.size }];
    for (const { tableOffset, tableEntries } of this.#directory()) {
      parts.push({ offset: tableOffset, length: tableEntries * 8 });
      for (const offset of this.#table(tableOffset, tableEntries)) {
        if (offset >= 512) parts.push({ offset, length: clusterSize });
      }
    }
    return parts;
  }

  #change(): DirtyBitmap[] {
    this.list();
    this.#changed = true;
    this.#loaded ??= [];
    return this.#loaded;
  }

  #empty(granularity: number): Uint8Array {
    return new Uint8Array(Math.ceil(Math.ceil(this.#header.size / granularity) / 8));
  }

  #directory(): {
    name: string;
    flags: number;
    granularity: number;
    tableOffset: number;
    tableEntries: number;
  }[] {
    const { bitmaps } = this.#header;
    if (bitmaps === undefined || (this.#header.autoclear & BITMAPS_CONSISTENT) === 0) return [];
    const bytes = this.#file.read(bitmaps.offset, bitmaps.size);
    const entries = [];
    let at = 0;
    for (let index = 0; index < bitmaps.count && at + FIXED <= bytes.length; index += 1) {
      const length = u16(bytes, at + 18);
      const extra = u32(bytes, at + 20);
      const name = new TextDecoder().decode(bytes.subarray(at + FIXED + extra, at + FIXED + extra + length));
      const bits = bytes[at + 17] ?? 0;
      const granularity = 2 ** bits;
      const flags = u32(bytes, at + 12);
      const tableEntries = u32(bytes, at + 8);
      const tableBytes = tableEntries * 2 ** this.#header.clusterBits;
      const sound =
        tableEntries > 0 &&
        tableBytes <= MAX_BITMAP_BYTES &&
        bits >= GRANULARITY_BITS.least &&
        bits <= GRANULARITY_BITS.most &&
        length <= MAX_NAME &&
        ((flags & FLAG.inUse) !== 0 || this.#header.size <= tableBytes * 8 * granularity);
      if (!sound) throw new ImageNotModelled('a damaged directory of bitmaps');
      entries.push({
        name,
        flags,
        granularity,
        tableOffset: u64(bytes, at),
        tableEntries,
      });
      at += roundUp(FIXED + extra + length, 8);
    }
    return entries;
  }

  #table(offset: number, entries: number): number[] {
    const bytes = this.#file.read(offset, entries * 8);
    return Array.from({ length: entries }, (_, index) => u64(bytes, index * 8));
  }

  #read(): DirtyBitmap[] {
    const clusterSize = 2 ** this.#header.clusterBits;
    return this.#directory().map(({ name, flags, granularity, tableOffset, tableEntries }) => {
      const bits = this.#empty(granularity);
      for (const [index, offset] of this.#table(tableOffset, tableEntries).entries()) {
        const start = index * clusterSize;
        const length = Math.min(clusterSize, bits.length - start);
        if (length <= 0) break;
        if (offset >= 512) bits.set(this.#file.read(offset, length), start);
        else if (offset === 1) bits.fill(0xff, start, start + length);
      }
      return {
        name,
        granularity,
        enabled: (flags & FLAG.auto) !== 0,
        inUse: (flags & FLAG.inUse) !== 0,
        bits,
      };
    });
  }

  #free(directory: readonly { readonly tableOffset: number; readonly tableEntries: number }[]): void {
    const clusterSize = 2 ** this.#header.clusterBits;
    for (const { tableOffset, tableEntries } of directory) {
      for (const offset of this.#table(tableOffset, tableEntries)) {
        if (offset >= 512) this.#refcounts.add(offset, clusterSize, -1);
      }
      this.#refcounts.add(tableOffset, tableEntries * 8, -1);
    }
  }

  /** Writes the data and the table of a bitmap, and gives its entry for the directory. */
  #write(bitmap: DirtyBitmap): Uint8Array {
    const clusterSize = 2 ** this.#header.clusterBits;
    const count = Math.ceil(bitmap.bits.length / clusterSize);
    const table = new Uint8Array(count * 8);
    for (let index = 0; index < count; index += 1) {
      const part = bitmap.bits.subarray(index * clusterSize, (index + 1) * clusterSize);
      if (isZero(part)) continue;
      const offset = this.#refcounts.allocate(clusterSize);
      const whole = new Uint8Array(clusterSize);
      whole.set(part);
      this.#file.write(offset, whole);
      setU64(table, index * 8, offset);
    }
    const tableOffset = this.#refcounts.allocate(table.length);
    this.#file.write(tableOffset, table);
    const name = new TextEncoder().encode(bitmap.name);
    const entry = new Uint8Array(roundUp(FIXED + name.length, 8));
    setU64(entry, 0, tableOffset);
    setU32(entry, 8, count);
    setU32(
      entry,
      12,
      (bitmap.enabled ? FLAG.auto : 0) + (bitmap.inUse || bitmap.isHeld === true ? FLAG.inUse : 0),
    );
    entry[16] = DIRTY;
    entry[17] = Math.log2(bitmap.granularity);
    setU16(entry, 18, name.length);
    entry.set(name, FIXED);
    return entry;
  }
}

function setBits(bitmap: DirtyBitmap, offset: number, length: number): void {
  const first = Math.floor(offset / bitmap.granularity);
  const last = Math.min(Math.floor((offset + length - 1) / bitmap.granularity), bitmap.bits.length * 8 - 1);
  for (let bit = first; bit <= last; bit += 1)
    bitmap.bits[bit >> 3] = (bitmap.bits[bit >> 3] ?? 0) | (1 << (bit & 7));
}
