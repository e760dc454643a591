import { isZero } from '../../machine/block/image/big-endian.ts';
import { ImageError } from '../../machine/block/image/byte-file.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { backingPath, closeChain, isKnownFormat, openImage } from '../../machine/block/image/open-image.ts';
import type { Qcow2Image } from '../../machine/block/image/qcow2/qcow2-image.ts';
import { ImgFailure, type ImgCommand, type ImgContext, UsageFailure } from '../context.ts';
import { parseArguments } from '../getopt.ts';
import { asQcow2, openFor } from '../open.ts';
import { progress } from '../output.ts';

/** `rebase`: names another backing file, and copies what differs between the old and the new one. */
export const rebase: ImgCommand = (args, context) => {
  const { operands, value, has } = parseArguments(args, {
    f: 'value',
    F: 'value',
    b: 'value',
    t: 'value',
    T: 'value',
    p: 'flag',
    q: 'flag',
    u: 'flag',
    U: 'flag',
    'force-share': 'flag',
  });
  const [filename, ...more] = operands;
  if (filename === undefined || more.length > 0) throw new UsageFailure('Expecting one image file name');
  const name = value('b');
  if (!has('u') && name === undefined) throw new UsageFailure('Use backing file (-b) option');
  const format = value('F');
  const image = openFor(context, filename, { format: value('f'), writable: true, backing: !has('u') });
  const print = has('p') && !has('q') ? (text: string): void => context.stdout(text) : undefined;
  try {
    if (format !== undefined && !isKnownFormat(format))
      throw new ImgFailure(`Invalid format name: '${format}'`);
    const qcow2 = asQcow2(image);
    progress(print, 0);
    if (!has('u') && name !== undefined && name !== '') {
      const target = openNew(context, filename, name, format);
      try {
        if (qcow2 !== undefined) copyDifferences(qcow2, target);
      } finally {
        closeChain(target);
      }
    } else if (!has('u') && qcow2 !== undefined) copyDifferences(qcow2, undefined);
    if (qcow2 === undefined)
      throw cannot(
        name,
        format === undefined ? 'backing format must be specified' : 'Operation not supported',
      );
    if (name !== undefined && name !== '' && format === undefined)
      throw cannot(name, 'backing format must be specified');
    qcow2.setBacking(name === '' ? undefined : name, format);
    progress(print, 1);
    if (print !== undefined) print('\n');
    return 0;
  } finally {
    closeChain(image);
  }
};

function cannot(name: string | undefined, reason: string): ImgFailure {
  return new ImgFailure(`Could not change the backing file to '${name ?? ''}': ${reason}`);
}

function openNew(context: ImgContext, filename: string, name: string, format: string | undefined): Image {
  try {
    return openImage(context.files, backingPath(filename, name), { format });
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
