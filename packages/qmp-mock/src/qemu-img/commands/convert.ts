import { isZero } from '../../machine/block/image/big-endian.ts';
import { ImageError, ImageNotModelled } from '../../machine/block/image/byte-file.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import type { Qcow2Image } from '../../machine/block/image/qcow2/qcow2-image.ts';
import { findSnapshot } from '../../machine/block/image/qcow2/snapshots.ts';
import { ImgFailure, type ImgCommand, type ImgContext } from '../context.ts';
import { parseArguments, type ParsedArguments } from '../getopt.ts';
import { makeImage, writableFormat } from '../new-image.ts';
import { asQcow2, openFor } from '../open.ts';
import { CreateOptions, optionNames } from '../option-tables.ts';
import { progress } from '../output.ts';

/** Zeros are looked for in pieces of this many bytes, QEMU's default of `-S`. */
const SPARSE = 4096;
const PIECE = 1 << 20;
/** Options that change the work in a way that isn't modelled. */
const NOT_MODELLED = ['l', 'salvage', 'target-image-opts', 'target-is-zero', 'r', 'C'] as const;

/** `convert`: copies the contents of one or more images, one behind the other, into a new one. */
export const convert: ImgCommand = (args, context) => {
  const parsed = parseArguments(args, {
    f: 'value',
    O: 'value',
    B: 'value',
    F: 'value',
    o: 'value',
    l: 'value',
    S: 'value',
    t: 'value',
    T: 'value',
    r: 'value',
    m: 'value',
    c: 'flag',
    p: 'flag',
    q: 'flag',
    n: 'flag',
    U: 'flag',
    C: 'flag',
    W: 'flag',
    bitmaps: 'flag',
    salvage: 'flag',
    'target-image-opts': 'flag',
    'target-is-zero': 'flag',
    'skip-broken-bitmaps': 'flag',
  });
  const { operands, value, values, has } = parsed;
  const formatName = value('O') ?? 'raw';
  if (values('o').some((each) => each === 'help' || each === '?')) {
    const format = writableFormat(formatName, `Unknown file format '${formatName}'`);
    context.stdout(
      `Supported ${format} options:\n${optionNames(format)
        .map((each) => `  ${each}\n`)
        .join('')}`,
    );
    return 0;
  }
  if (operands.length < 2) throw new ImgFailure('Must specify image file name');
  const target = operands.at(-1) ?? '';
  const sources: Image[] = [];
  try {
    for (const name of operands.slice(0, -1)) sources.push(openFor(context, name, { format: value('f') }));
    const lookedFor = value('l');
    if (lookedFor !== undefined) {
      const only = sources[0] === undefined ? undefined : asQcow2(sources[0]);
      if (only === undefined || findSnapshot(only, lookedFor) === undefined) {
        throw new ImgFailure("Failed to load snapshot: Can't find snapshot");
      }
    }
    for (const name of NOT_MODELLED)
      if (has(name)) throw new ImageNotModelled(`convert with -${name.length > 1 ? '-' : ''}${name}`);
    copyAll(context, sources, target, parsed);
    return 0;
  } finally {
    for (const each of sources) closeChain(each);
  }
};

function copyAll(
  context: ImgContext,
  sources: readonly Image[],
  target: string,
  parsed: ParsedArguments,
): void {
  const { has, value } = parsed;
  const size = sources.reduce((sum, each) => sum + each.size, 0);
  const formatName = value('O') ?? 'raw';
  const format = writableFormat(formatName, `Unknown file format '${formatName}'`);
  const options = targetOptions(parsed, format, size);
  const backed = options.has('backing_file');
  if (backed && !options.has('backing_fmt'))
    throw new ImgFailure('Use of backing file requires explicit backing format');
  if (has('c') && format === 'raw') throw new ImgFailure('Compression not supported for this file format');
  if (!has('n')) {
    try {
      makeImage(context.files, target, format, options);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new ImgFailure(`${target}: error while converting ${format}: ${error.message}`);
    }
  }
  const image = openFor(context, target, { format, writable: true });
  const print = has('p') ? (text: string): void => context.stdout(text) : undefined;
  try {
    if (has('n') && image.size < size) throw new ImgFailure('output file is smaller than input file');
    progress(print, 0);
    let offset = 0;
    for (const source of sources) {
      copy(
        source,
        image,
        offset,
        { compressed: has('c'), backed, keepZeros: value('S') === '0', fresh: !has('n') },
        (done) => progress(print, size === 0 ? 1 : done / size),
      );
      offset += source.size;
    }
    if (has('bitmaps')) copyBitmaps(sources[0], image);
    progress(print, 1);
    if (has('p')) context.stdout('\n');
  } finally {
    closeChain(image);
  }
}

function targetOptions(
  { values, value, has }: ParsedArguments,
  format: 'raw' | 'qcow2',
  size: number,
): CreateOptions {
  const options = new CreateOptions(format);
  for (const text of values('o')) options.add(text);
  if (has('B')) {
    if (format === 'raw') throw new ImgFailure("Backing file not supported for file format 'raw'");
    options.set('backing_file', value('B') ?? '');
  }
  if (has('F')) options.set('backing_fmt', value('F') ?? '');
  if (!options.has('size')) options.set('size', String(size));
  return options;
}

interface CopyOptions {
  readonly compressed: boolean;
  /** Whether the target has a backing file: what the source leaves to its own isn't copied then. */
  readonly backed: boolean;
  /** Whether zeros are written like data. */
  readonly keepZeros: boolean;
  /** Whether the target reads as zeros where nothing was written. */
  readonly fresh: boolean;
}

function copy(
  source: Image,
  target: Image,
  at: number,
  options: CopyOptions,
  onProgress: (done: number) => void,
): void {
  const packed = options.compressed ? asQcow2(target) : undefined;
  if (packed !== undefined) {
    copyCompressed(source, packed, at, options.backed, onProgress);
    return;
  }
  for (const extent of source.extents(0, source.size)) {
    if (options.backed && extent.kind === 'unallocated') continue;
    const qcow2 = asQcow2(target);
    const unit = qcow2 === undefined ? PIECE : Math.max(PIECE, qcow2.clusterSize);
    for (let done = 0; done < extent.length;) {
      const offset = extent.offset + done;
      const length = Math.min(unit - (offset % unit), extent.length - done);
      const nothing =
        extent.kind === 'unallocated' && source.backing === undefined && !options.keepZeros && options.fresh;
      if (!nothing) put(target, at + offset, source.read(offset, length), options);
      done += length;
    }
    onProgress(at + extent.offset + extent.length);
  }
}

/** Copies a cluster of the target at a time: a compressed cluster is written once. */
function copyCompressed(
  source: Image,
  target: Qcow2Image,
  at: number,
  backed: boolean,
  onProgress: (done: number) => void,
): void {
  const { clusterSize } = target;
  if (at % clusterSize !== 0) throw new ImageNotModelled('convert -c of images that end within a cluster');
  for (let offset = 0; offset < source.size; offset += clusterSize) {
    const length = Math.min(clusterSize, source.size - offset);
    const extents = [...source.extents(offset, length)];
    if (!extents.every(({ kind }) => kind === 'unallocated' && (backed || source.backing === undefined))) {
      const bytes = source.read(offset, length);
      if (!isZero(bytes)) target.writeCompressed(at + offset, bytes);
      else if (backed) target.zero(at + offset, length, { unmap: true });
    }
    onProgress(at + offset + length);
  }
}

function put(target: Image, at: number, bytes: Uint8Array, options: CopyOptions): void {
  if (options.keepZeros) {
    target.write(at, bytes);
    return;
  }
  // Runs of pieces that hold something are written, the others stay holes.
  let start = -1;
  const flush = (end: number): void => {
    if (start >= 0) target.write(at + start, bytes.subarray(start, end));
    start = -1;
  };
  for (let done = 0; done < bytes.length; done += SPARSE) {
    const part = bytes.subarray(done, done + SPARSE);
    if (!isZero(part)) {
      if (start < 0) start = done;
      continue;
    }
    flush(done);
    if (options.backed || !options.fresh) target.zero(at + done, part.length, { unmap: true });
  }
  flush(bytes.length);
}

function copyBitmaps(source: Image | undefined, target: Image): void {
  const from = source === undefined ? undefined : asQcow2(source);
  const to = asQcow2(target);
  if (from === undefined || to === undefined) {
    throw new ImgFailure(
      from === undefined ? 'Bitmaps not supported by source' : 'Format driver does not support bitmaps',
    );
  }
  for (const bitmap of from.bitmaps.list()) {
    if (bitmap.inUse)
      throw new ImgFailure(
        `Cannot copy inconsistent bitmap '${bitmap.name}'\nTry --skip-broken-bitmaps, or use 'qemu-img bitmap --remove'`,
      );
    to.bitmaps.add(bitmap.name, bitmap.granularity);
    to.bitmaps.merge(bitmap.name, bitmap);
    to.bitmaps.enable(bitmap.name, bitmap.enabled);
  }
}
