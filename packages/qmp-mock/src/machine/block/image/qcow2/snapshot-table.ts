import { concat, roundUp, setU16, setU32, setU64, u16, u32, u64 } from '../big-endian.ts';
import { type ByteFile, ImageError } from '../byte-file.ts';
import type { Qcow2Header } from './header.ts';

/** Bytes of an entry before its extra data. */
const FIXED = 40;
/** Extra data that QEMU writes: size of the machine's state, size of the disk, instruction count. */
const EXTRA = 24;
/** "Not recorded" as an instruction count. */
const NO_ICOUNT = 0xff_ff_ff_ff_ff_ff_ff_ffn;

/** An internal snapshot of a qcow2 file. */
export interface Snapshot {
  readonly id: string;
  readonly name: string;
  readonly l1Offset: number;
  readonly l1Entries: number;
  /** Size of the disk when the snapshot was made, in bytes. */
  readonly diskSize: number;
  /** Size of the machine's state in bytes. */
  readonly stateSize: number;
  readonly dateSeconds: number;
  readonly dateNanoseconds: number;
  readonly clockNanoseconds: number;
  /** Number of instructions, if it was recorded. */
  readonly icount?: number | undefined;
}

/** Reads the table of snapshots. */
export function readSnapshots(file: ByteFile, header: Qcow2Header): Snapshot[] {
  const snapshots: Snapshot[] = [];
  let at = header.snapshotsOffset;
  for (let index = 0; index < header.snapshots; index += 1) {
    const fixed = file.read(at, FIXED);
    const lengths = { id: u16(fixed, 12), name: u16(fixed, 14), extra: u32(fixed, 36) };
    if (lengths.extra > 1024)
      throw new ImageError('Could not read snapshots: Too much extra metadata in snapshot table entry');
    const rest = file.read(at + FIXED, lengths.extra + lengths.id + lengths.name);
    const text = (from: number, length: number): string =>
      new TextDecoder().decode(rest.subarray(from, from + length));
    const icount = new DataView(rest.buffer, rest.byteOffset);
    snapshots.push({
      id: text(lengths.extra, lengths.id),
      name: text(lengths.extra + lengths.id, lengths.name),
      l1Offset: u64(fixed, 0),
      l1Entries: u32(fixed, 8),
      diskSize: lengths.extra >= 16 ? u64(rest, 8) : header.size,
      stateSize: lengths.extra >= 8 ? u64(rest, 0) : u32(fixed, 32),
      dateSeconds: u32(fixed, 16),
      dateNanoseconds: u32(fixed, 20),
      clockNanoseconds: u64(fixed, 24),
      icount: lengths.extra >= 24 && icount.getBigUint64(16) !== NO_ICOUNT ? u64(rest, 16) : undefined,
    });
    at += roundUp(FIXED + lengths.extra + lengths.id + lengths.name, 8);
  }
  return snapshots;
}

/** Lays out a table of snapshots. */
export function snapshotTable(snapshots: readonly Snapshot[]): Uint8Array {
  const entries = snapshots.map((snapshot) => {
    const id = new TextEncoder().encode(snapshot.id);
    const name = new TextEncoder().encode(snapshot.name);
    const bytes = new Uint8Array(roundUp(FIXED + EXTRA + id.length + name.length, 8));
    setU64(bytes, 0, snapshot.l1Offset);
    setU32(bytes, 8, snapshot.l1Entries);
    setU16(bytes, 12, id.length);
    setU16(bytes, 14, name.length);
    setU32(bytes, 16, snapshot.dateSeconds);
    setU32(bytes, 20, snapshot.dateNanoseconds);
    setU64(bytes, 24, snapshot.clockNanoseconds);
    setU32(bytes, 32, Math.min(snapshot.stateSize, 0xff_ff_ff_ff));
    setU32(bytes, 36, EXTRA);
    setU64(bytes, FIXED, snapshot.stateSize);
    setU64(bytes, FIXED + 8, snapshot.diskSize);
    new DataView(bytes.buffer).setBigUint64(
      FIXED + 16,
      snapshot.icount === undefined ? NO_ICOUNT : BigInt(snapshot.icount),
    );
    bytes.set(id, FIXED + EXTRA);
    bytes.set(name, FIXED + EXTRA + id.length);
    return bytes;
  });
  return concat(entries);
}
