import type { BlockNode, NodeDriver } from '../node.ts';

/** Behaviour of a node that passes everything on to one child. */
export function passThrough(name: string, child: () => BlockNode): NodeDriver {
  return {
    name,
    isFilter: true,
    size: () => child().size,
    read: (offset, length) => child().read(offset, length),
    write: (offset, bytes) => child().write(offset, bytes),
    zero: (offset, length, options) => child().zero(offset, length, options),
    discard: (offset, length) => child().discard(offset, length),
    extents: (offset, length) => child().extents(offset, length),
    resize: (size) => child().resize(size),
    imageInfo: () => childInfo(child()),
  };
}

/** Whether a node knows anything of its image is asked of the one below (`bdrv_get_info`). */
export function childInfo(child: BlockNode): Record<string, unknown> {
  const { 'dirty-flag': dirty, 'cluster-size': cluster } = child.behaviour.imageInfo?.() ?? {};
  return {
    ...(cluster !== undefined && { 'cluster-size': cluster }),
    ...(dirty !== undefined && { 'dirty-flag': dirty }),
  };
}
