import { notModelled } from '../../../../engine/not-modelled.ts';
import { genericError } from '../../../command.ts';
import { ImageError, type ImageFiles, ImageNotModelled } from '../../image/byte-file.ts';
import { Qcow2Image } from '../../image/qcow2/qcow2-image.ts';
import { roundUp } from '../../image/big-endian.ts';
import type { BlockNode, NodeDriver, OpenRequest } from '../node.ts';
import { bytesBelow } from '../node-bytes.ts';
import { qcow2Details } from './qcow2-details.ts';

/** A program that opens no files has no compression either. */
const WITHOUT_FILES: ImageFiles = {
  open: () => notModelled('a file'),
  remove: () => notModelled('a file'),
  inflate: () => notModelled('compressed clusters'),
  deflate: () => notModelled('compressed clusters'),
};

/** `qcow2`: an image in the node below. */
export function openQcow2(
  files: ImageFiles | undefined,
  { node }: OpenRequest,
  child: () => BlockNode,
): NodeDriver {
  const file = bytesBelow(child);
  let image: Qcow2Image;
  try {
    image = new Qcow2Image(child().filename, file, files ?? WITHOUT_FILES, { writable: !node.readOnly });
    if (!node.readOnly && node.active) image.bitmaps.hold();
  } catch (error) {
    if (error instanceof ImageNotModelled) notModelled(error.message);
    throw error instanceof ImageError ? genericError(error.message) : error;
  }
  node.backingFile = image.header.backingFile ?? '';
  node.autoBackingFile = node.backingFile;
  node.backingFormat = image.header.backingFormat;
  return {
    name: 'qcow2',
    image,
    compresses: true,
    size: () => image.size,
    read: (offset, length) => image.read(offset, length),
    write: (offset, bytes) => image.write(offset, bytes),
    zero: (offset, length, options) => image.zero(offset, length, options),
    discard(offset, length) {
      // Version 2 can't say "zeros": what stands behind would come up.
      if (image.header.version < 3 && image.backing !== undefined) return;
      // Only whole clusters are given back, and a part at the end of the disk that is one.
      const { clusterSize, size } = image;
      const start = roundUp(offset, clusterSize);
      const end = offset + length === size ? size : offset + length - ((offset + length) % clusterSize);
      if (end > start) image.zero(start, end - start, { unmap: true });
    },
    extents: (offset, length) => image.extents(offset, length),
    resize: (size) => image.resize(size),
    childrenChanged: ({ backing }) => (image.backing = backing),
    limits: () => ({
      'write-zeroes-alignment': image.clusterSize,
      'discard-alignment': image.clusterSize,
    }),
    imageInfo: () => qcow2Details(image),
    close: () => image.close(),
  };
}
