import { isZero } from '../../machine/block/image/big-endian.ts';
import { ImageError, ImageNotModelled } from '../../machine/block/image/byte-file.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import type { Qcow2Image } from '../../machine/block/image/qcow2/qcow2-image.ts';
import { ImgFailure, type ImgCommand, type ImgContext } from '../context.ts';
import { type OptionTable, parseArguments, type ParsedArguments, SHARING } from '../getopt.ts';
import { makeImage, writableFormat } from '../new-image.ts';
import { asQcow2, atSnapshot, openFor } from '../open.ts';
import {
  asksForHelp,
  checkOptionList,
  CreateOptions,
  optionHelp,
  setBacking,
  type WritableFormat,
} from '../option-tables.ts';
import { checkCache, Progress } from '../output.ts';
import { checkRate, sizeArgument } from '../sizes.ts';

/** Zeros are looked for in pieces of this many bytes, QEMU's default of `-S`. */
const SPARSE = 4096;
const PIECE = 1 << 20;
/** Largest piece in which zeros are looked for (`MAX_BUF_SECTORS`). */
const MAX_SPARSE = 16 << 20;
const MAX_COROUTINES = 16;
/** Options that change the work in a way that isn't modelled. */
const NOT_MODELLED = ['target-image-opts', 'C'] as const;
const OPTIONS: OptionTable = {
  ...SHARING,
  ...{ O: 'value', B: 'value', F: 'value', o: 'value', l: 'value', S: 'value', t: 'value', T: 'value' },
  ...{ r: 'value', m: 'value', c: 'flag', p: 'flag', q: 'flag', n: 'flag', C: 'flag', W: 'flag' },
  ...{ bitmaps: 'flag', salvage: 'flag', 'target-image-opts': 'flag', 'target-is-zero': 'flag' },
  'skip-broken-bitmaps': 'flag',
};

/** `convert`: copies the contents of one or more images, one behind the other, into a new one. */
export const convert: ImgCommand = (argv, context) => {
  const parsed = parseArguments(argv, OPTIONS, { check: checkOption });
  const { operands, value, values, has } = parsed;
  checkTogether(parsed);
  const formatName = value('O') ?? 'raw';
  const target = operands.length > 1 ? operands.at(-1) : undefined;
  if (asksForHelp(values('o'))) {
    const format = writableFormat(formatName, `Unknown file format '${formatName}'`);
    context.stdout(optionHelp(format, target !== undefined));
    return 0;
  }
  if (target === undefined) throw new ImgFailure('Must specify image file name');
  checkCache('source cache', value('T'));
  const progress = new Progress(context, has('p') && !has('q'));
  const opened: Image[] = [];
  try {
    progress.show(0);
    for (const name of operands.slice(0, -1)) {
      opened.push(openFor(context, name, { format: value('f'), share: has('U') }));
    }
    const snapshot = value('l');
    if (snapshot !== undefined && !snapshot.startsWith('snapshot.') && opened.length > 1) {
      throw new ImgFailure('No support for concatenating multiple snapshot');
    }
    const sources = opened.map((each) => atSnapshot(each, snapshot));
    for (const name of NOT_MODELLED)
      if (has(name)) throw new ImageNotModelled(`convert with -${name.length > 1 ? '-' : ''}${name}`);
    copyAll(context, sources, target, parsed, progress);
    progress.show(1);
    return 0;
  } finally {
    progress.end();
    for (const each of opened) closeChain(each);
  }
};

/** Looks at the value of an option while the line is read. */
function checkOption(name: string, value: string): void {
  checkOptionList(name, value);
  checkRate(name, value);
  if (name === 'S') {
    const size = sizeArgument('buffer size for sparse output', value);
    if (size % 512 !== 0 || size > MAX_SPARSE) {
      throw new ImgFailure(
        'Invalid buffer size for sparse output specified. ' +
          `Valid sizes are multiples of 512 up to ${MAX_SPARSE}. ` +
          'Select 0 to disable sparse detection (fully allocates output).',
      );
    }
  }
  if (name === 'm' && (!/^\s*\+?\d+$/.test(value) || Number(value) < 1 || Number(value) > MAX_COROUTINES)) {
    throw new ImgFailure(
      `Invalid number of coroutines. Allowed number of coroutines is between 1 and ${MAX_COROUTINES}`,
    );
  }
}

/** Refuses options that don't go together. */
function checkTogether({ has }: ParsedArguments): void {
  const rules: readonly (readonly [boolean, string])[] = [
    [has('skip-broken-bitmaps') && !has('bitmaps'), 'Use of --skip-broken-bitmaps requires --bitmaps'],
    [has('target-image-opts') && !has('n'), '--target-image-opts requires use of -n flag'],
    [has('C') && has('S'), 'Cannot enable copy offloading when -S is used'],
    [has('target-is-zero') && !has('n'), '--target-is-zero requires use of -n flag'],
    [has('C') && has('salvage'), 'Cannot use copy offloading in salvaging mode'],
    [has('C') && has('c'), 'Cannot enable copy offloading when -c is used'],
    [has('n') && has('o'), '-o has no effect when skipping image creation'],
  ];
  const broken = rules.find(([isBroken]) => isBroken);
  if (broken !== undefined) throw new ImgFailure(broken[1]);
}

function copyAll(
  context: ImgContext,
  sources: readonly Image[],
  target: string,
  parsed: ParsedArguments,
  progress: Progress,
): void {
  const { has, value } = parsed;
  const size = sources.reduce((sum, each) => sum + each.size, 0);
  const formatName = value('O') ?? 'raw';
  const format = has('n')
    ? writableFormat(formatName, `Could not open '${target}': Unknown driver '${formatName}'`)
    : writableFormat(formatName, `Unknown file format '${formatName}'`);
  const options = has('n') ? new CreateOptions(format) : targetOptions(parsed, format, size);
  const backed = options.has('backing_file');
  if (backed && sources.length > 1) {
    throw new ImgFailure(
      'Having a backing file for the target makes no sense when concatenating multiple input images',
    );
  }
  if (backed && !options.has('backing_fmt'))
    throw new ImgFailure('Use of backing file requires explicit backing format');
  if (has('c') && format === 'raw') throw new ImgFailure('Compression not supported for this file format');
  if (has('c') && (options.get('preallocation') ?? 'off') !== 'off')
    throw new ImgFailure('Compression and preallocation not supported at the same time');
  if (has('bitmaps')) checkBitmaps(sources);
  if (!has('n')) {
    try {
      makeImage(context.files, target, format, options);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new ImgFailure(`${target}: error while converting ${format}: ${error.message}`);
    }
  }
  checkCache('cache', value('t'));
  const image = openFor(context, target, { format, writable: true });
  try {
    if (has('bitmaps') && format === 'raw')
      throw new ImgFailure("Format driver 'raw' does not support bitmaps");
    if (has('n') && image.size < size) throw new ImgFailure('output file is smaller than input file');
    let offset = 0;
    for (const source of sources) {
      copy(
        source,
        image,
        offset,
        {
          compressed: has('c'),
          backed,
          keepZeros: value('S') === '0',
          fresh: !has('n') || has('target-is-zero'),
        },
        (done) => progress.show(size === 0 ? 1 : done / size),
      );
      offset += source.size;
    }
    if (has('bitmaps')) copyBitmaps(sources[0], image);
  } finally {
    closeChain(image);
  }
}

function checkBitmaps(sources: readonly Image[]): void {
  if (sources.length > 1) throw new ImgFailure('Copying bitmaps only possible with single source');
  if (sources[0] !== undefined && asQcow2(sources[0]) === undefined) {
    throw new ImgFailure('Source lacks bitmap support');
  }
}

function targetOptions(
  { values, value, has }: ParsedArguments,
  format: WritableFormat,
  size: number,
): CreateOptions {
  const options = new CreateOptions(format);
  for (const text of values('o')) options.add(text);
  if (!options.has('size')) options.set('size', String(size));
  setBacking(options, format, value('B'), has('F') ? value('F') : undefined);
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
  if (from === undefined || to === undefined) return;
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
