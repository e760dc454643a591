import { type ByteFile, ImageError, ImageNotModelled } from '../byte-file.ts';
import { le32, le64 } from './little-endian.ts';
import type { SizedFacts } from './sized-image.ts';

const HEADER_BYTES = 512;
const SECTOR = 512;
const MAX_ENTRIES = 512;
/** Largest grain in sectors. */
const MAX_GRAIN = 0x20_00_00;
const MAX_DESCRIPTOR = 1 << 20;

/**
 * Reads the header and the descriptor of VMware's format (`vmdk_open_vmdk4` in `block/vmdk.c`): a growing
 * disk in one file. Other kinds aren't modelled.
 */
export function vmdkFacts(file: ByteFile, filename: string): SizedFacts {
  const header = file.read(0, HEADER_BYTES);
  if (new TextDecoder('latin1').decode(header.subarray(0, 4)) !== 'KDMV') {
    throw descriptorRefusal(header);
  }
  const [version, flags, entries] = [le32(header, 4), le32(header, 8), le32(header, 44)];
  const exact = (at: number): bigint => new DataView(header.buffer).getBigUint64(at, true);
  const [capacity, grain, grainOffset] = [le64(header, 12), le64(header, 20), le64(header, 64)];
  if (capacity === 0 || le64(header, 56) >= 2 ** 63) throw kind();
  if (version > 3) throw new ImageError(`Unsupported VMDK version ${version}`, 95);
  if (entries > MAX_ENTRIES) throw new ImageError('L2 table size too big');
  // QEMU counts in 32 bits here.
  if (BigInt.asUintN(32, BigInt(entries) * exact(20)) === 0n)
    throw new ImageError('L1 entry size is invalid');
  if (grainOffset > Math.ceil(file.size / SECTOR)) {
    const least = BigInt.asIntN(64, exact(64) * BigInt(SECTOR));
    throw new ImageError(`File truncated, expecting at least ${least} bytes`);
  }
  if (grain > MAX_GRAIN) throw new ImageError('Invalid granularity, image may be corrupt');
  // Compression, markers, and what QEMU takes in a way of its own.
  if (version !== 1 || flags >= 0x1_00_00 || entries !== MAX_ENTRIES) throw kind();
  if ((grain & (grain - 1)) !== 0 || capacity > 2 ** 40) throw kind();
  const size = capacity * SECTOR;
  const descriptor = descriptorOf(file, le64(header, 28) * SECTOR, le64(header, 36) * SECTOR);
  const clusterSize = grain * SECTOR;
  const extent = { 'virtual-size': size, filename, 'cluster-size': clusterSize, format: '' };
  return {
    size,
    clusterSize,
    specific: [
      ['cid', descriptor.cid],
      ['parent-cid', descriptor.parentCid],
      ['create-type', 'monolithicSparse'],
      ['extents', [extent]],
    ],
  };
}

const kind = (): ImageNotModelled => new ImageNotModelled('vmdk images but those that grow in one file');

/** A file without the header may describe others; QEMU refuses what isn't a description. */
function descriptorRefusal(head: Uint8Array): Error {
  const start = new TextDecoder('latin1').decode(head.subarray(0, 21));
  if (start.startsWith('COWD') || start.startsWith('#')) return kind();
  return new ImageError('invalid VMDK image descriptor');
}

function descriptorOf(
  file: ByteFile,
  offset: number,
  length: number,
): { readonly cid: number; readonly parentCid: number } {
  if (offset === 0 || length === 0 || length > MAX_DESCRIPTOR || offset + length > file.size) throw kind();
  const bytes = file.read(offset, length);
  const end = bytes.indexOf(0);
  const text = new TextDecoder('latin1').decode(end === -1 ? bytes : bytes.subarray(0, end));
  const cid = /^CID=([0-9a-f]{1,8})$/m.exec(text)?.[1];
  const parentCid = /^parentCID=(ffffffff)$/m.exec(text)?.[1];
  if (cid === undefined || parentCid === undefined) throw kind();
  if (!/^createType="monolithicSparse"$/m.test(text)) throw kind();
  return { cid: Number.parseInt(cid, 16), parentCid: Number.parseInt(parentCid, 16) };
}
