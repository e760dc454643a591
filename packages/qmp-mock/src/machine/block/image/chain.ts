import type { Extent, Image } from './image.ts';

/** A part of a disk, with the image of its chain that the bytes come from. */
export interface ChainExtent extends Extent {
  /** Image that has the part; for one that nobody has, the last image that was asked. */
  readonly image: Image;
  /** Number of images above that image. */
  readonly depth: number;
}

/** Options of {@link walkChain}. */
export interface ChainPart {
  /** First byte of the part. Default 0. */
  readonly offset?: number | undefined;
  /** Length of the part in bytes. Default: up to the end of the disk. */
  readonly length?: number | undefined;
  /** Image of the chain that isn't asked any more, nor what stands behind it. Default: all are asked. */
  readonly base?: Image | undefined;
}

/**
 * Follows each part of a disk down its chain of backing files, to the first image that has data or zeros
 * there. A part is `unallocated` if nobody has it: it lies behind the end of a shorter backing file, or the
 * chain ends.
 */
export function walkChain(
  top: Image,
  { offset = 0, length = top.size - offset, base }: ChainPart = {},
): Iterable<ChainExtent> {
  return walk(top, offset, length, base, 0);
}

function* walk(
  image: Image,
  offset: number,
  length: number,
  base: Image | undefined,
  depth: number,
): Iterable<ChainExtent> {
  const backing = image.backing === base ? undefined : image.backing;
  for (const extent of image.extents(offset, length)) {
    if (extent.kind !== 'unallocated') {
      yield { ...extent, image, depth };
      continue;
    }
    const behind =
      backing === undefined ? 0 : Math.max(0, Math.min(extent.length, backing.size - extent.offset));
    if (backing !== undefined && behind > 0) yield* walk(backing, extent.offset, behind, base, depth + 1);
    if (behind === extent.length) continue;
    yield {
      kind: 'unallocated',
      offset: extent.offset + behind,
      length: extent.length - behind,
      image,
      depth,
    };
  }
}
