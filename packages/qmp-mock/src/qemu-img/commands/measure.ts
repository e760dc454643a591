import { printPretty } from '../../engine/json/printer.ts';
import { roundUp } from '../../machine/block/image/big-endian.ts';
import { ImageNotModelled } from '../../machine/block/image/byte-file.ts';
import { walkChain } from '../../machine/block/image/chain.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand } from '../context.ts';
import { parseArguments } from '../getopt.ts';
import { writableFormat } from '../new-image.ts';
import { asQcow2, openFor } from '../open.ts';
import { CreateOptions } from '../option-tables.ts';
import { outputFormat } from '../output.ts';
import { sizeArgument } from '../sizes.ts';

/** Formats whose size QEMU can't tell beforehand. */
const UNMEASURED = new Set(['vmdk', 'vdi', 'vhdx', 'vpc', 'qcow', 'qed', 'parallels']);

interface Measured {
  readonly required: number;
  readonly fullyAllocated: number;
  readonly bitmaps?: number | undefined;
}

/** `measure`: tells how large a new image will be. */
export const measure: ImgCommand = (args, context) => {
  const { operands, value, values, has } = parseArguments(args, {
    f: 'value',
    l: 'value',
    o: 'value',
    O: 'value',
    U: 'flag',
    output: 'value',
    size: 'value',
    'force-share': 'flag',
  });
  const json = outputFormat(value('output')) === 'json';
  const sizeText = value('size');
  const size = sizeText === undefined ? undefined : sizeArgument('image size', sizeText);
  const [filename, ...more] = operands;
  if (more.length > 0) throw new ImgFailure('At most one filename argument is allowed.');
  if (size !== undefined && filename !== undefined)
    throw new ImgFailure('--size N cannot be used together with a filename.');
  if (size === undefined && filename === undefined)
    throw new ImgFailure('Either --size N or one filename must be specified.');
  if (has('l')) throw new ImageNotModelled('measure with -l');
  const formatName = value('O') ?? 'raw';
  if (UNMEASURED.has(formatName))
    throw new ImgFailure(`Block driver '${formatName}' does not support size measurement`);
  const format = writableFormat(formatName, `Unknown file format '${formatName}'`);
  const options = new CreateOptions(format);
  for (const text of values('o')) options.add(text);
  const image = filename === undefined ? undefined : openFor(context, filename, { format: value('f') });
  try {
    const bytes = roundUp(size ?? image?.size ?? 0, 512);
    const result =
      format === 'raw' ? { required: bytes, fullyAllocated: bytes } : measureQcow2(bytes, options, image);
    if (json) {
      const data = {
        required: result.required,
        'fully-allocated': result.fullyAllocated,
        ...(result.bitmaps === undefined ? {} : { bitmaps: result.bitmaps }),
      };
      context.stdout(`${printPretty(data, '\n')}\n`);
      return 0;
    }
    context.stdout(`required size: ${result.required}\nfully allocated size: ${result.fullyAllocated}\n`);
    if (result.bitmaps !== undefined) context.stdout(`bitmaps size: ${result.bitmaps}\n`);
    return 0;
  } finally {
    if (image !== undefined) closeChain(image);
  }
};

/** Follows `qcow2_measure` (block/qcow2.c): metadata of a full image, and the data that there is. */
function measureQcow2(size: number, options: CreateOptions, image: Image | undefined): Measured {
  const clusterSize = Number(options.get('cluster_size'));
  const bits = Number(options.get('refcount_bits'));
  const disk = roundUp(size, clusterSize);
  const fullyAllocated = fullSize(disk, clusterSize, bits);
  const data =
    options.get('preallocation') === 'full' || options.get('preallocation') === 'falloc' ? disk : 0;
  const required = image === undefined ? data : dataOf(image, clusterSize, options.has('backing_file'));
  const source = image === undefined ? undefined : asQcow2(image);
  const bitmaps =
    source === undefined || source.header.version < 3 ? undefined : bitmapBytes(source, clusterSize);
  return { required: fullyAllocated - disk + required, fullyAllocated, bitmaps };
}

function fullSize(disk: number, clusterSize: number, bits: number): number {
  const perTable = clusterSize / 8;
  const l2Entries = roundUp(disk / clusterSize, perTable);
  const l1Entries = roundUp((l2Entries * 8) / clusterSize, perTable);
  const metadata = clusterSize + l2Entries * 8 + l1Entries * 8;
  const clusters = (metadata + disk) / clusterSize;
  let blocks = 0;
  let table = 0;
  for (let last = -1; last !== clusters + blocks + table;) {
    last = clusters + blocks + table;
    blocks = Math.ceil((clusters + table + blocks) / ((clusterSize * 8) / bits));
    table = Math.ceil(blocks / perTable);
  }
  return metadata + (blocks + table) * clusterSize + disk;
}

/** Bytes of the clusters in which something of the disk is. */
function dataOf(image: Image, clusterSize: number, backed: boolean): number {
  let bytes = 0;
  let counted = 0;
  for (const { offset, length, kind } of walkChain(image, { base: backed ? image.backing : undefined })) {
    if (kind !== 'data') continue;
    const start = Math.max(counted, offset - (offset % clusterSize));
    const end = roundUp(offset + length, clusterSize);
    if (end > start) bytes += end - start;
    counted = Math.max(counted, end);
  }
  return bytes;
}

function bitmapBytes(
  image: { readonly bitmaps: { list(): readonly { readonly bits: Uint8Array; readonly name: string }[] } },
  clusterSize: number,
): number {
  let bytes = 0;
  let directory = 0;
  for (const { bits, name } of image.bitmaps.list()) {
    const clusters = Math.ceil(bits.length / clusterSize);
    bytes += clusters * clusterSize + roundUp(clusters * 8, clusterSize);
    directory += roundUp(24 + new TextEncoder().encode(name).length, 8);
  }
  return bytes + roundUp(directory, clusterSize);
}
