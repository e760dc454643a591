import { isZero } from '../big-endian.ts';
import { type ByteFile, ImageError, ImageNotModelled } from '../byte-file.ts';
import { le16, le32, le64 } from './little-endian.ts';
import type { SizedFacts } from './sized-image.ts';

const KIB = 1 << 10;
/** Places of the two headers and of the table of regions. */
const HEADERS = [64 * KIB, 128 * KIB];
const REGIONS = 192 * KIB;
const HEADER_BYTES = 4096;
const TABLE_BYTES = 64 * KIB;
const BAT_REGION = '6677c22d23f600429d64115e9bfd4a08';
const METADATA_REGION = '06a27c8b90479a4bb8fe575f050f886e';
const FILE_PARAMETERS = '3767a1ca36fa434db3b633f0aa44e76b';
const SECTOR_SIZE = '1dbf41816fa90947ba47f233a8faab5f';
const SECTOR = 512;
const DISK_SIZE = '2442a52f1bcd7648b2115dbed83bf4b8';
const ENTRY_BYTES = 32;
/** Limits of the specification (MS-VHDX). */
const MAX_REGIONS = 2047;
const BLOCK = { least: 1 << 20, most: 1 << 28 };
const MAX_SIZE = 2 ** 46;

/** Reads headers, regions and metadata of Hyper-V's format (`vhdx_open` in `block/vhdx.c`). */
export function vhdxFacts(file: ByteFile, filename: string): SizedFacts {
  // QEMU has no words of its own for this.
  const invalid = (): ImageError => new ImageError(`Could not open '${filename}': Invalid argument`);
  if (file.size < REGIONS + TABLE_BYTES || !starts(file.read(0, 8), 'vhdxfile')) throw invalid();
  const headers = HEADERS.map((offset) => file.read(offset, HEADER_BYTES)).filter(
    (header) => starts(header, 'head') && isSound(header) && le16(header, 66) === 1,
  );
  if (headers.length === 0) throw new ImageError('No valid VHDX header found');
  if (headers.some((header) => !isZero(header.subarray(48, 64)) || le16(header, 64) !== 0)) {
    throw new ImageNotModelled('vhdx images with a log that is to be replayed');
  }
  const regions = file.read(REGIONS, TABLE_BYTES);
  if (!starts(regions, 'regi') || !isSound(regions)) throw invalid();
  const metadata = find(regions, 16, le32(regions, 8), METADATA_REGION);
  const at = le64(regions, metadata + 16);
  const table = file.read(at, TABLE_BYTES);
  if (!starts(table, 'metadata') || le16(table, 10) > MAX_REGIONS) throw invalid();
  const item = (guid: string): Uint8Array => {
    const entry = find(table, ENTRY_BYTES, le16(table, 10), guid);
    return file.read(at + le32(table, entry + 16), 8);
  };
  const block = le32(item(FILE_PARAMETERS), 0);
  const size = le64(item(DISK_SIZE), 0);
  const isOrdinary =
    block >= BLOCK.least && block <= BLOCK.most && (block & (block - 1)) === 0 && size % 512 === 0;
  if (!isOrdinary || size > MAX_SIZE || le32(item(SECTOR_SIZE), 0) !== SECTOR) {
    throw new ImageNotModelled('vhdx images with such metadata');
  }
  if (size === 0) throw invalid();
  // The table of blocks has an entry for each, and one more for each group of bitmaps.
  const blocks = Math.ceil(size / block);
  const entries = blocks + Math.floor((blocks - 1) / ((2 ** 23 * SECTOR) / block));
  const room = le32(regions, find(regions, 16, le32(regions, 8), BAT_REGION) + 24) / 8;
  if (entries > room) throw invalid();
  return { size, clusterSize: block };
}

function starts(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => bytes[index] === letter.charCodeAt(0));
}

/** Finds the entry of a table whose GUID it is. */
function find(table: Uint8Array, start: number, count: number, guid: string): number {
  for (let index = 0; index < Math.min(count, MAX_REGIONS); index += 1) {
    const at = start + index * ENTRY_BYTES;
    const bytes = table.subarray(at, at + 16);
    if ([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('') === guid) return at;
  }
  throw new ImageNotModelled('vhdx images without what each has');
}

/** Checks the sum of a structure (CRC-32C), which counts as zeros in it. */
function isSound(bytes: Uint8Array): boolean {
  let sum = 0xff_ff_ff_ff;
  for (const [at, byte] of bytes.entries()) {
    sum ^= at >= 4 && at < 8 ? 0 : byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0x82_f6_3b_78 : 0);
  }
  return ~sum >>> 0 === le32(bytes, 4);
}
