import { type ByteFile, ImageError } from '../byte-file.ts';
import { isZero, roundUp } from '../big-endian.ts';
import { le32, le64 } from './little-endian.ts';
import type { SizedFacts } from './sized-image.ts';

const HEADER_BYTES = 512;
const SIGNATURE = 0xbe_da_10_7f;
const VERSION = 0x1_00_01;
const SECTOR = 512;
const BLOCK = 1 << 20;
/** Most blocks of an image: its block map has to fit into memory. */
const MAX_BLOCKS = 0x1f_ff_ff_80;

/** Reads the header of VirtualBox's format in QEMU's order (`vdi_open` in `block/vdi.c`). */
export function vdiFacts(file: ByteFile): SizedFacts {
  const header = file.read(0, HEADER_BYTES);
  const number = (at: number): number => le32(header, at);
  const [version, map, data, sector, block] = [68, 340, 344, 360, 376].map(number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [size, blocks] = [le64(header, 368), number(384)];
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const refuse = (why: string): never => {
    throw new ImageError(`unsupported VDI image (${why})`, 95);
  };
  if (size > MAX_BLOCKS * BLOCK) {
    const most = hex(MAX_BLOCKS * BLOCK);
    const exact = new DataView(header.buffer, header.byteOffset).getBigUint64(368, true).toString(16);
    throw new ImageError(`Unsupported VDI image size (size is 0x${exact}, max supported is ${most})`, 95);
  }
  const bytes = roundUp(size, SECTOR);
  if (number(64) !== SIGNATURE) {
    const bad = number(64).toString(16).padStart(8, '0');
    throw new ImageError(`Image not in VDI format (bad signature ${bad})`);
  }
  if (version !== VERSION) refuse(`version ${version >>> 16}.${version & 0xff_ff}`);
  if (map % SECTOR !== 0) refuse(`unaligned block map offset ${hex(map)}`);
  if (data % SECTOR !== 0) refuse(`unaligned data offset ${hex(data)}`);
  if (sector !== SECTOR) refuse(`sector size ${sector} is not ${SECTOR}`);
  if (block !== BLOCK) refuse(`block size ${block} is not ${BLOCK}`);
  if (bytes > blocks * BLOCK) {
    refuse(`disk size ${bytes}, image bitmap has room for ${blocks * BLOCK}`);
  }
  if (!isZero(header.subarray(424, 440))) refuse('non-NULL link UUID');
  if (!isZero(header.subarray(440, 456))) refuse('non-NULL parent UUID');
  if (blocks > MAX_BLOCKS) refuse(`too many blocks ${blocks}, max is ${MAX_BLOCKS}`);
  return { size: bytes, clusterSize: BLOCK };
}
