import { notModelled } from '../../../../engine/not-modelled.ts';
import { genericError } from '../../../command.ts';
import { ImageError, ImageNotModelled } from '../../image/byte-file.ts';
import { openForeign } from '../../image/foreign/index.ts';
import type { SizedImage } from '../../image/foreign/sized-image.ts';
import { describeFilename } from '../describe-filename.ts';
import { bytesBelow } from '../node-bytes.ts';
import type { BlockNode, NodeDriver, OpenRequest } from '../node.ts';

/** A format of another program: its image is recognised and sized, but its contents aren't modelled. */
export function openSized(name: string, { options }: OpenRequest, child: () => BlockNode): NodeDriver {
  if (name === 'luks' && options.has('key-secret')) notModelled('the keys of luks images');
  let image: SizedImage;
  try {
    image = openForeign(name, bytesBelow(child), describeFilename(child()).filename);
  } catch (error) {
    if (error instanceof ImageNotModelled) notModelled(error.message);
    throw error instanceof ImageError ? genericError(error.message) : error;
  }
  const { clusterSize, specific } = image.facts;
  const contents = (): never => notModelled(`the contents of ${name} images`);
  return {
    name,
    size: () => image.size,
    read: contents,
    write: contents,
    zero: contents,
    extents: contents,
    assertContents: contents,
    limits: () => limitsOf(name, clusterSize),
    imageInfo: () => ({
      ...(clusterSize !== undefined && { 'cluster-size': clusterSize }),
      ...(specific !== undefined && {
        'format-specific': { type: name, data: Object.fromEntries(specific) },
      }),
      'dirty-flag': false,
    }),
  };
}

/** Limits of requests that a format has of its own. */
function limitsOf(name: string, clusterSize: number | undefined): Record<string, unknown> {
  if (name === 'vmdk') return { 'write-zeroes-alignment': clusterSize };
  return name === 'vhdx' ? { 'request-alignment': 512 } : {};
}
