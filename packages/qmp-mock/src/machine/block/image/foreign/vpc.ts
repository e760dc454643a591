import { roundUp, u16, u32, u64 } from '../big-endian.ts';
import { type ByteFile, ImageError, ImageNotModelled } from '../byte-file.ts';
import type { SizedFacts } from './sized-image.ts';

const FOOTER_BYTES = 512;
const SECTOR = 512;
const CHECKSUM_AT = 64;
const FIXED = 2;
/** Programs whose images are as long as they say, and not as their geometry says. */
const WITHOUT_GEOMETRY = new Set(['win ', 'qem2', 'd2v ', 'tap\0', 'CTXS']);
/** Largest geometry: it stands for "too large for a geometry". */
const MAX_GEOMETRY = 65_535 * 16 * 255;
/** Most sectors of an image, 2040 GiB. */
const MAX_SECTORS = 0xff_00_00_00;
const UNUSED = 0xff_ff_ff_ff;
/** Entries of the block table that are read at a time. */
const PART = 1 << 16;
const text = new TextDecoder('latin1');

/** Reads the footer of Virtual PC's format in QEMU's order (`vpc_open` in `block/vpc.c`). */
export function vpcFacts(file: ByteFile, filename: string): SizedFacts {
  let footer = file.read(0, FOOTER_BYTES);
  let isFixed = false;
  if (!isFooter(footer)) {
    // A disk of fixed size has its footer at its end only.
    if (file.size < FOOTER_BYTES) throw new ImageError('invalid VPC image');
    footer = file.read(file.size - FOOTER_BYTES, FOOTER_BYTES);
    isFixed = true;
    if (!isFooter(footer) || u32(footer, 60) !== FIXED) throw new ImageError('invalid VPC image');
  }
  if (u32(footer, CHECKSUM_AT) !== checksum(footer)) throw new ImageError('Incorrect header checksum');
  const geometry = u16(footer, 56) * (footer[58] ?? 0) * (footer[59] ?? 0);
  const isExact = WITHOUT_GEOMETRY.has(text.decode(footer.subarray(28, 32))) || geometry === MAX_GEOMETRY;
  const sectors = isExact ? Math.floor(u64(footer, 48) / SECTOR) : geometry;
  if (sectors > MAX_SECTORS) throw new ImageError(`Could not open '${filename}': File too large`, 27);
  const size = sectors * SECTOR;
  if (isFixed || u32(footer, 60) === FIXED) return { size };
  return { size, clusterSize: blockSize(file, u64(footer, 16), size) };
}

function isFooter(bytes: Uint8Array): boolean {
  return text.decode(bytes.subarray(0, 8)) === 'conectix';
}

function checksum(footer: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of footer.entries()) {
    if (at < CHECKSUM_AT || at >= CHECKSUM_AT + 4) sum += byte;
  }
  return ~sum >>> 0;
}

/** Reads the header of a disk that grows, and looks whether the file is as long as its blocks need. */
function blockSize(file: ByteFile, at: number, size: number): number {
  if (at >= 2 ** 63) throw new ImageError('Error reading dynamic VHD header');
  const header = file.read(at, 1024);
  if (text.decode(header.subarray(0, 8)) !== 'cxsparse') throw new ImageError('Invalid header magic');
  const [entries, block] = [u32(header, 28), u32(header, 32)];
  if (block < SECTOR || (block & (block - 1)) !== 0) throw new ImageError(`Invalid block size ${block}`);
  if (block >= 2 ** 31) throw new ImageNotModelled(`vpc images with blocks of ${block} bytes`);
  if (entries > 0x7f_ff_ff_ff / 4) throw new ImageError(`Max Table Entries too large (${entries | 0})`);
  if (block * entries < size) throw new ImageError('Page table too small');
  const table = u64(header, 16);
  if (table >= 2 ** 63) throw new ImageError('Error reading pagetable');
  const fileEnd = roundUp(file.size, SECTOR);
  let end = roundUp(table + entries * 4, SECTOR);
  const whole = block + roundUp(block / (8 * SECTOR), SECTOR);
  for (let first = 0; first < entries && end <= fileEnd; first += PART) {
    const part = file.read(table + first * 4, Math.min(PART, entries - first) * 4);
    for (let index = 0; index < part.length; index += 4) {
      const sector = u32(part, index);
      if (sector !== UNUSED) end = Math.max(end, sector * SECTOR + whole);
    }
  }
  if (end > fileEnd) {
    throw new ImageError(
      'block-vpc: free_data_block_offset points after the end of file. The image has been truncated.',
    );
  }
  return block;
}
