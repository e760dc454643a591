import { printPretty } from '../../engine/json/printer.ts';
import { roundUp } from '../../machine/block/image/big-endian.ts';
import { ImageNotModelled } from '../../machine/block/image/byte-file.ts';
import { walkChain } from '../../machine/block/image/chain.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand, type ImgContext } from '../context.ts';
import { parseArguments, SHARING } from '../getopt.ts';
import { writableFormat } from '../new-image.ts';
import { asQcow2, atSnapshot, openFor } from '../open.ts';
import { checkOptionList, CreateOptions, type WritableFormat } from '../option-tables.ts';
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
export const measure: ImgCommand = (argv, context) => {
  let size: number | undefined;
  const { operands, value, values, has } = parseArguments(
    argv,
    { ...SHARING, l: 'value', o: 'value', O: 'value', output: 'value', size: 'value' },
    {
      speaksItself: true,
      check(name, given) {
        checkOptionList(name, given);
        if (name === 'output') outputFormat(given);
        if (name === 'size') size = sizeArgument('image size', given);
      },
    },
  );
  const json = outputFormat(value('output')) === 'json';
  const [filename, ...more] = operands;
  if (more.length > 0) throw new ImgFailure('At most one filename argument is allowed.');
  if (filename === undefined && (has('f') || has('l'))) {
    throw new ImgFailure('--image-opts, -f, and -l require a filename argument.');
  }
  if (size !== undefined && filename !== undefined)
    throw new ImgFailure('--size N cannot be used together with a filename.');
  if (size === undefined && filename === undefined)
    throw new ImgFailure('Either --size N or one filename must be specified.');
  const opened = filename === undefined ? undefined : openFor(context, filename, { format: value('f') });
  try {
    const image = opened === undefined ? undefined : atSnapshot(opened, value('l'));
    const formatName = value('O') ?? 'raw';
    if (UNMEASURED.has(formatName))
      throw new ImgFailure(`Block driver '${formatName}' does not support size measurement`);
    const format = writableFormat(formatName, `Unknown file format '${formatName}'`);
    const options = optionsOf(format, values('o'), context);
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
    if (opened !== undefined) closeChain(opened);
  }
};

/** Reads options; QEMU says twice that they are wrong. */
function optionsOf(format: WritableFormat, lists: readonly string[], context: ImgContext): CreateOptions {
  const options = new CreateOptions(format);
  try {
    for (const text of lists) options.add(text);
  } catch (error) {
    if (!(error instanceof ImgFailure)) throw error;
    context.stderr(`qemu-img: ${error.message}\n`);
    throw new ImgFailure(`Invalid options for file format '${format}'`);
  }
  return options;
}

/** Follows `qcow2_measure` (block/qcow2.c): metadata of a full image, and the data that there is. */
function measureQcow2(size: number, options: CreateOptions, image: Image | undefined): Measured {
  const clusterSize = Number(options.get('cluster_size'));
  const bits = Number(options.get('refcount_bits'));
  checkOptions(clusterSize, bits, options);
  const disk = roundUp(size, clusterSize);
  const fullyAllocated = fullSize(disk, clusterSize, bits);
  const data =
    options.get('preallocation') === 'full' || options.get('preallocation') === 'falloc' ? disk : 0;
  // With a backing file QEMU takes the worst case: nobody knows what the new image will share with it.
  const needed = (source: Image): number =>
    options.has('backing_file') ? disk : dataOf(source, clusterSize);
  const required = image === undefined ? data : Math.max(data, needed(image));
  const source = image === undefined ? undefined : asQcow2(image);
  const bitmaps =
    source === undefined || source.header.version < 3 ? undefined : bitmapBytes(source, clusterSize);
  return { required: fullyAllocated - disk + required, fullyAllocated, bitmaps };
}

/** Looks at the options that a measurement reads, in QEMU's order and with its words for them. */
function checkOptions(clusterSize: number, bits: number, options: CreateOptions): void {
  if (clusterSize < 512 || clusterSize > 2 << 20 || !Number.isInteger(Math.log2(clusterSize))) {
    throw new ImgFailure('Cluster size must be a power of two between 512 and 2048k');
  }
  const preallocation = options.get('preallocation') ?? 'off';
  if (!['off', 'metadata', 'falloc', 'full'].includes(preallocation)) {
    throw new ImgFailure(`invalid parameter value: ${preallocation}`);
  }
  if (options.has('encrypt.format')) throw new ImageNotModelled('measure of encrypted images');
  const compat = options.get('compat') ?? '1.1';
  if (!['0.10', '1.1', 'v2', 'v3'].includes(compat)) {
    throw new ImgFailure(`Invalid compatibility level: '${compat}'`);
  }
  if (bits > 64 || bits < 1 || !Number.isInteger(Math.log2(bits))) {
    throw new ImgFailure('Refcount width must be a power of two and may not exceed 64 bits');
  }
  if (bits !== 16 && ['0.10', 'v2'].includes(compat)) {
    throw new ImgFailure(
      'Different refcount widths than 16 bits require compatibility level 1.1 or above (use compat=1.1 or greater)',
    );
  }
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
function dataOf(image: Image, clusterSize: number): number {
  let bytes = 0;
  let counted = 0;
  for (const { offset, length, kind } of walkChain(image)) {
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
