import { concat, setU32, setU64, u32, u64 } from '../big-endian.ts';
import { type ByteFile, ImageError, ImageNotModelled } from '../byte-file.ts';

/** First four bytes of the file: `QFI` and 0xfb. */
const MAGIC = 0x51_46_49_fb;
/** Longest header that version 2 has; version 3 says its length. */
const V2_LENGTH = 72;
const V3_MIN_LENGTH = 104;
const V3_LENGTH = 112;

/** Types of header extensions (docs/interop/qcow2.txt). */
const EXTENSION = {
  end: 0,
  backingFormat: 0xe2_79_2a_ca,
  features: 0x68_03_f8_57,
  bitmaps: 0x23_85_28_75,
  dataFile: 0x44_41_54_41,
};

/** Longest name of a backing file. */
const MAX_BACKING_NAME = 1023;
const MAX_L1_BYTES = 32 << 20;
const MAX_REFCOUNT_TABLE_BYTES = 8 << 20;
const MAX_SNAPSHOTS = 65_536;
const SNAPSHOT_ENTRY_BYTES = 40;
const BITMAPS_EXTENSION_BYTES = 24;
const MAX_BITMAPS = 65_535;
const MAX_BITMAP_DIRECTORY_BYTES = 1024 * MAX_BITMAPS;

/** Incompatible features of version 3. */
export const INCOMPATIBLE = { dirty: 1, corrupt: 2, externalData: 4, compressionType: 8, extendedL2: 16 };
/** Ways of compression, as the header numbers them. */
export const COMPRESSION = { zlib: 0, zstd: 1 } as const;
/** Compatible feature: reference counts may be behind while the image is dirty. */
export const LAZY_REFCOUNTS = 1;
/** Auto-clear feature: the bitmaps extension is consistent. */
export const BITMAPS_CONSISTENT = 1;

/** Names of features, in the table that QEMU writes into each header: type, bit, name. */
const FEATURE_NAMES: readonly (readonly [type: number, bit: number, name: string])[] = [
  [0, 0, 'dirty bit'],
  [0, 1, 'corrupt bit'],
  [0, 2, 'external data file'],
  [0, 3, 'compression type'],
  [0, 4, 'extended L2 entries'],
  [1, 0, 'lazy refcounts'],
  [2, 0, 'bitmaps'],
  [2, 1, 'raw external data'],
];

/** Place of the bitmaps, as a header says it. */
export interface BitmapDirectoryPlace {
  count: number;
  offset: number;
  size: number;
}

/** Everything that the header of a qcow2 file says. */
export interface Qcow2Header {
  version: number;
  clusterBits: number;
  size: number;
  l1Entries: number;
  l1Offset: number;
  refcountTableOffset: number;
  refcountTableClusters: number;
  snapshots: number;
  snapshotsOffset: number;
  incompatible: number;
  compatible: number;
  autoclear: number;
  refcountOrder: number;
  compressionType: number;
  backingFile: string | undefined;
  backingFormat: string | undefined;
  bitmaps: BitmapDirectoryPlace | undefined;
  /** Extensions that this reader doesn't know; they're kept. */
  unknown: readonly { readonly type: number; readonly bytes: Uint8Array }[];
}

/**
 * Reads and checks a header.
 *
 * @throws {@link ImageError} in QEMU's words (block/qcow2.c) if something in it is wrong;
 *   {@link ImageNotModelled} for encryption, external data files and extended L2 entries.
 */
export function readHeader(
  file: ByteFile,
  options: { readonly writable: boolean; readonly repair?: boolean | undefined },
): Qcow2Header {
  const fixed = file.read(0, V3_LENGTH);
  if (u32(fixed, 0) !== MAGIC) throw new ImageError('Image is not in qcow2 format');
  const version = u32(fixed, 4);
  if (version < 2 || version > 3) throw new ImageError(`Unsupported qcow2 version ${version}`, 95);
  const clusterBits = u32(fixed, 20);
  if (clusterBits < 9 || clusterBits > 21) throw new ImageError(`Unsupported cluster size: 2^${clusterBits}`);
  const clusterSize = 2 ** clusterBits;
  const length = version === 2 ? V2_LENGTH : u32(fixed, 100);
  if (version === 3 && length < V3_MIN_LENGTH) throw new ImageError('qcow2 header too short');
  if (length > clusterSize) throw new ImageError('qcow2 header exceeds cluster size');
  const nameOffset = u64(fixed, 8);
  if (nameOffset > clusterSize) throw new ImageError('Invalid backing file offset');
  const v3 = version === 3;
  const header: Qcow2Header = {
    version,
    clusterBits,
    size: u64(fixed, 24),
    l1Entries: u32(fixed, 36),
    l1Offset: u64(fixed, 40),
    refcountTableOffset: u64(fixed, 48),
    refcountTableClusters: u32(fixed, 56),
    snapshots: u32(fixed, 60),
    snapshotsOffset: u64(fixed, 64),
    incompatible: v3 ? u64(fixed, 72) : 0,
    compatible: v3 ? u64(fixed, 80) : 0,
    autoclear: v3 ? u64(fixed, 88) : 0,
    refcountOrder: v3 ? u32(fixed, 96) : 4,
    compressionType: v3 && length > V3_MIN_LENGTH ? (fixed[104] ?? 0) : 0,
    backingFile: undefined,
    backingFormat: undefined,
    bitmaps: undefined,
    unknown: [],
  };
  if (header.refcountOrder > 6)
    throw new ImageError('Reference count entry width too large; may not exceed 64 bits');
  readExtensions(header, file.read(0, clusterSize), length, nameOffset === 0 ? clusterSize : nameOffset);
  checkFeatures(header, options);
  checkTables(header, u32(fixed, 32), options);
  if (nameOffset !== 0) header.backingFile = readBackingName(file, nameOffset, u32(fixed, 16), clusterSize);
  return header;
}

function readExtensions(header: Qcow2Header, bytes: Uint8Array, start: number, end: number): void {
  const unknown: { type: number; bytes: Uint8Array }[] = [];
  for (let at = start; at + 8 <= end;) {
    const type = u32(bytes, at);
    const length = u32(bytes, at + 4);
    at += 8;
    if (type === EXTENSION.end) break;
    if (length > end - at) throw new ImageError('Header extension too large');
    const body = bytes.slice(at, at + length);
    if (type === EXTENSION.backingFormat) {
      if (length >= 16) throw new ImageError(`ERROR: ext_backing_format: len=${length} too large (>=16)`);
      header.backingFormat = decode(body);
    } else if (type === EXTENSION.bitmaps) {
      header.bitmaps = readBitmapsExtension(header, body);
    } else if (type !== EXTENSION.features) unknown.push({ type, bytes: body });
    at += Math.ceil(length / 8) * 8;
  }
  header.unknown = unknown;
}

/** A directory of a file that a program without bitmaps has changed isn't looked at. */
function readBitmapsExtension(header: Qcow2Header, body: Uint8Array): BitmapDirectoryPlace | undefined {
  const say = (message: string): never => {
    throw new ImageError(`bitmaps_ext: ${message}`);
  };
  if (body.length !== BITMAPS_EXTENSION_BYTES) say('Invalid extension length');
  if ((header.autoclear & BITMAPS_CONSISTENT) === 0) return undefined;
  if (u32(body, 4) !== 0) say('Reserved field is not zero');
  const place = { count: u32(body, 0), size: u64(body, 8), offset: u64(body, 16) };
  if (place.count > MAX_BITMAPS) {
    say(`Image has ${place.count} bitmaps, exceeding the QEMU supported maximum of ${MAX_BITMAPS}`);
  }
  if (place.count === 0) throw new ImageError('found bitmaps extension with zero bitmaps');
  if (place.offset % 2 ** header.clusterBits !== 0) say('invalid bitmap directory offset');
  if (place.size > MAX_BITMAP_DIRECTORY_BYTES) {
    const most = MAX_BITMAP_DIRECTORY_BYTES;
    say(`bitmap directory size (${place.size}) exceeds the maximum supported size (${most})`);
  }
  return place;
}

function checkFeatures(
  header: Qcow2Header,
  { writable, repair = false }: { readonly writable: boolean; readonly repair?: boolean | undefined },
): void {
  const known =
    INCOMPATIBLE.dirty +
    INCOMPATIBLE.corrupt +
    INCOMPATIBLE.externalData +
    INCOMPATIBLE.compressionType +
    INCOMPATIBLE.extendedL2;
  if (header.incompatible > known) {
    const rest = BigInt(header.incompatible) & ~BigInt(known);
    throw new ImageError(
      `Unsupported qcow2 feature(s): Unknown incompatible feature: ${rest.toString(16)}`,
      95,
    );
  }
  if (header.incompatible & INCOMPATIBLE.corrupt && writable && !repair) {
    throw new ImageError('qcow2: Image is corrupt; cannot be opened read/write', 13);
  }
  if (header.incompatible & INCOMPATIBLE.externalData)
    throw new ImageNotModelled('qcow2 with an external data file');
  if (header.incompatible & INCOMPATIBLE.extendedL2)
    throw new ImageNotModelled('qcow2 with extended L2 entries');
  const hasType = (header.incompatible & INCOMPATIBLE.compressionType) !== 0;
  if (header.compressionType > COMPRESSION.zstd) {
    throw new ImageError(`qcow2: unknown compression type: ${header.compressionType}`, 95);
  }
  if (hasType !== (header.compressionType !== COMPRESSION.zlib)) {
    const must = hasType ? 'must not' : 'must';
    throw new ImageError(`qcow2: Compression type incompatible feature bit ${must} be set`);
  }
}

function checkTables(
  header: Qcow2Header,
  encryption: number,
  { repair = false }: { readonly repair?: boolean | undefined },
): void {
  if (encryption > 2) throw new ImageError(`Unsupported encryption method ${encryption}`);
  if (encryption !== 0) throw new ImageNotModelled('an encrypted qcow2');
  const clusterSize = 2 ** header.clusterBits;
  const table = (what: string, offset: number, bytes: number, most: number): void => {
    if (bytes > most) throw new ImageError(`${what} too large`, 27);
    if (offset % clusterSize !== 0 || offset + bytes > Number.MAX_SAFE_INTEGER)
      throw new ImageError(`${what} offset invalid`);
  };
  const refcountBytes = header.refcountTableClusters * clusterSize;
  table('Reference count table', header.refcountTableOffset, refcountBytes, MAX_REFCOUNT_TABLE_BYTES);
  if (header.refcountTableClusters === 0 && !repair)
    throw new ImageError('Image does not contain a reference count table');
  table(
    'Snapshot table',
    header.snapshotsOffset,
    header.snapshots * SNAPSHOT_ENTRY_BYTES,
    MAX_SNAPSHOTS * SNAPSHOT_ENTRY_BYTES,
  );
  table('Active L1 table', header.l1Offset, header.l1Entries * 8, MAX_L1_BYTES);
  const needed = l1EntriesFor(header.size, clusterSize);
  if (needed > 2 ** 31 - 1) throw new ImageError('Image is too big', 27);
  if (header.l1Entries < needed) throw new ImageError('L1 table is too small');
}

function readBackingName(file: ByteFile, offset: number, length: number, clusterSize: number): string {
  if (length > Math.min(MAX_BACKING_NAME, clusterSize - offset))
    throw new ImageError('Backing file name too long');
  return decode(file.read(offset, length));
}

/** Number of entries that the first-level table of a disk needs. */
export function l1EntriesFor(size: number, clusterSize: number): number {
  return Math.ceil(size / (clusterSize * (clusterSize / 8)));
}

/**
 * Writes a header with its extensions and the name of the backing file; all of it has to fit into the first
 * cluster.
 *
 * @throws {@link ImageError} if it doesn't fit.
 */
export function writeHeader(file: ByteFile, header: Qcow2Header): void {
  const clusterSize = 2 ** header.clusterBits;
  const length = header.version === 2 ? V2_LENGTH : V3_LENGTH;
  const fixed = new Uint8Array(length);
  const name =
    header.backingFile === undefined ? new Uint8Array() : new TextEncoder().encode(header.backingFile);
  const extensions = extensionsOf(header);
  const used = length + extensions.length;
  if (used + name.length > clusterSize) throw new ImageError('No space left on device', 28);
  setU32(fixed, 0, MAGIC);
  setU32(fixed, 4, header.version);
  if (name.length > 0) {
    setU64(fixed, 8, used);
    setU32(fixed, 16, name.length);
  }
  setU32(fixed, 20, header.clusterBits);
  setU64(fixed, 24, header.size);
  setU32(fixed, 36, header.l1Entries);
  setU64(fixed, 40, header.l1Offset);
  setU64(fixed, 48, header.refcountTableOffset);
  setU32(fixed, 56, header.refcountTableClusters);
  setU32(fixed, 60, header.snapshots);
  setU64(fixed, 64, header.snapshotsOffset);
  if (header.version === 3) {
    setU64(fixed, 72, header.incompatible);
    setU64(fixed, 80, header.compatible);
    setU64(fixed, 88, header.autoclear);
    setU32(fixed, 96, header.refcountOrder);
    setU32(fixed, 100, V3_LENGTH);
    fixed[104] = header.compressionType;
  }
  const cluster = new Uint8Array(Math.max(clusterSize, used + name.length));
  cluster.set(fixed);
  cluster.set(extensions, length);
  cluster.set(name, used);
  file.write(0, cluster);
}

/** Lays out the extensions in the order in which QEMU writes them. */
function extensionsOf(header: Qcow2Header): Uint8Array {
  const parts: Uint8Array[] = [];
  const add = (type: number, body: Uint8Array): void => {
    const bytes = new Uint8Array(8 + Math.ceil(body.length / 8) * 8);
    setU32(bytes, 0, type);
    setU32(bytes, 4, body.length);
    bytes.set(body, 8);
    parts.push(bytes);
  };
  if (header.backingFormat !== undefined)
    add(EXTENSION.backingFormat, new TextEncoder().encode(header.backingFormat));
  // It's optional, and the smallest cluster has no room for it.
  if (header.version === 3 && header.clusterBits > 9) add(EXTENSION.features, featureTable());
  if (header.bitmaps !== undefined) {
    const body = new Uint8Array(24);
    setU32(body, 0, header.bitmaps.count);
    setU64(body, 8, header.bitmaps.size);
    setU64(body, 16, header.bitmaps.offset);
    add(EXTENSION.bitmaps, body);
  }
  for (const { type, bytes } of header.unknown) add(type, bytes);
  add(EXTENSION.end, new Uint8Array());
  return concat(parts);
}

function featureTable(): Uint8Array {
  const table = new Uint8Array(FEATURE_NAMES.length * 48);
  for (const [index, [type, bit, name]] of FEATURE_NAMES.entries()) {
    table[index * 48] = type;
    table[index * 48 + 1] = bit;
    table.set(new TextEncoder().encode(name), index * 48 + 2);
  }
  return table;
}

/** Text up to the first NUL, as a C string. */
function decode(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}
