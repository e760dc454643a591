import { isZero } from '../../machine/block/image/big-endian.ts';
import { ImageError } from '../../machine/block/image/byte-file.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { backingPath, closeChain, isKnownFormat, openImage } from '../../machine/block/image/open-image.ts';
import type { Qcow2Image } from '../../machine/block/image/qcow2/qcow2-image.ts';
import { ImgFailure, type ImgCommand, type ImgContext, UsageFailure } from '../context.ts';
import { oneImage, parseArguments, SHARING } from '../getopt.ts';
import { asQcow2, openFor, openLocked } from '../open.ts';
import { checkCache, Progress } from '../output.ts';

const NO_SPACE = 28;

/** `rebase`: names another backing file, and copies what differs between the old and the new one. */
export const rebase: ImgCommand = (argv, context) => {
  const { operands, value, has } = parseArguments(argv, {
    ...SHARING,
    ...{ F: 'value', b: 'value', t: 'value', T: 'value', p: 'flag', q: 'flag', u: 'flag' },
  });
  const filename = oneImage(operands);
  const name = value('b');
  if (!has('u') && name === undefined) {
    throw new UsageFailure('Must specify backing file (-b) or use unsafe mode (-u)');
  }
  const progress = new Progress(context, has('p') && !has('q'));
  progress.show(0);
  try {
    checkCache('cache', value('t'));
    checkCache('source cache', value('T'));
    const image = openFor(context, filename, {
      format: value('f'),
      writable: true,
      backing: !has('u'),
    });
    try {
      changeBacking(
        context,
        image,
        { name, format: value('F'), unsafe: has('u'), share: has('U') },
        progress,
      );
    } finally {
      closeChain(image);
    }
  } finally {
    progress.end();
  }
  return 0;
};

/** Another backing file. */
interface NewBacking {
  readonly name: string | undefined;
  readonly format: string | undefined;
  /** Whether contents are left as they are, whatever stands behind them. */
  readonly unsafe: boolean;
  /** Whether it may be one that others write. */
  readonly share: boolean;
}

function changeBacking(
  context: ImgContext,
  image: Image,
  { name, format, unsafe, share }: NewBacking,
  progress: Progress,
): void {
  if (format !== undefined && !isKnownFormat(format)) {
    throw new ImgFailure(`Invalid format name: '${format}'`);
  }
  const qcow2 = asQcow2(image);
  const leaves = name === undefined || name === '';
  if (!unsafe) {
    const target = leaves ? undefined : openNew(context, image.filename, name, { format, share });
    try {
      if (qcow2 !== undefined) copyDifferences(qcow2, target);
    } finally {
      if (target !== undefined) closeChain(target);
    }
  }
  try {
    if (!leaves && format === undefined) throw cannot(name, 'backing format must be specified');
    if (qcow2 === undefined) throw cannot(name, 'Operation not supported');
    qcow2.setBacking(leaves ? undefined : name, format);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw cannot(name, error.errno === NO_SPACE ? 'No space left in the file header' : error.message);
  } finally {
    progress.show(1);
  }
}

function cannot(name: string | undefined, reason: string): ImgFailure {
  return new ImgFailure(`Could not change the backing file to '${name ?? '(null)'}': ${reason}`);
}

function openNew(
  context: ImgContext,
  filename: string,
  name: string,
  { format, share }: { readonly format: string | undefined; readonly share: boolean },
): Image {
  const path = backingPath(filename, name);
  try {
    return share ? openImage(context.files, path, { format }) : openLocked(context, path, { format });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImgFailure(`Could not open new backing file '${name}': ${error.message}`);
  }
}

/** Copies each cluster that the image leaves to its backing file if the new one has something else there. */
function copyDifferences(image: Qcow2Image, target: Image | undefined): void {
  const { clusterSize, size } = image;
  for (const extent of [...image.extents(0, size)]) {
    if (extent.kind !== 'unallocated') continue;
    for (let done = 0; done < extent.length; done += clusterSize) {
      const offset = extent.offset + done;
      const length = Math.min(clusterSize, extent.length - done);
      const old = image.read(offset, length);
      const next = new Uint8Array(length);
      if (target !== undefined && offset < target.size)
        next.set(target.read(offset, Math.min(length, target.size - offset)));
      if (old.every((byte, index) => byte === next[index])) continue;
      if (isZero(old)) image.zero(offset, length, { unmap: true });
      else image.write(offset, old);
    }
  }
}
