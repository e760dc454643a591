import { EXPORT_FLAG } from './protocol.ts';

/** A part of a disk and its state in some context. */
export interface StatusExtent {
  /** Length in bytes. */
  readonly length: number;
  /** Number that the context gives to the part. */
  readonly flags: number;
}

/** Contents behind an export. Each method throws an `ImageError` if it can't do its work. */
export interface NbdDisk {
  /** Size in bytes. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** Makes a part read as zeros; with `unmap` it may give back the space that the part took. */
  zero(offset: number, length: number, options: { readonly unmap: boolean }): void;
  /** Forgets what a part holds. */
  discard(offset: number, length: number): void;
  /** States of a part in `base:allocation`: extents follow each other from `offset`. */
  allocation(offset: number, length: number): Iterable<StatusExtent>;
  /** States of a part in `qemu:allocation-depth`. */
  depth(offset: number, length: number): Iterable<StatusExtent>;
}

/** A dirty bitmap that an export shows. */
export interface NbdBitmap {
  readonly name: string;
  /** States of a part in `qemu:dirty-bitmap:NAME`. */
  status(offset: number, length: number): Iterable<StatusExtent>;
}

/** A disk under a name. */
export interface NbdExport {
  readonly name: string;
  readonly description: string | undefined;
  readonly writable: boolean;
  readonly disk: NbdDisk;
  readonly bitmaps: readonly NbdBitmap[];
  /** Whether clients may ask for `qemu:allocation-depth`. */
  readonly showsDepth: boolean;
  /** Whether several clients may connect. */
  readonly multiConnection: boolean;
}

const SECTOR = 512;

/** Gives the size of an export: whole sectors of its disk. */
export function exportSize({ disk }: NbdExport): number {
  return disk.size - (disk.size % SECTOR);
}

/** Gives the flags of an export, without those that depend on what a client has asked for. */
export function exportFlags({ writable, multiConnection }: NbdExport): number {
  const { hasFlags, flush, fua, cache, multiConnection: multi, readOnly } = EXPORT_FLAG;
  const both = hasFlags | flush | fua | cache | (multiConnection ? multi : 0);
  if (!writable) return both | readOnly;
  return both | EXPORT_FLAG.trim | EXPORT_FLAG.writeZeroes | EXPORT_FLAG.fastZero;
}
