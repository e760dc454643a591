import { genericError } from '../../../command.ts';
import { ImageError } from '../../image/byte-file.ts';
import { defaultPermissions } from '../permissions-of-children.ts';
import { RESIZE, WRITE } from '../permission.ts';
import type { BlockNode, NodeDriver, OpenRequest } from '../node.ts';
import { passThrough } from './pass-through.ts';

const SECTOR = 512;

/** `raw`: the node below as it is, or with `offset` and `size` a part of it. */
export function openRaw({ options, node }: OpenRequest, child: () => BlockNode): NodeDriver {
  const offset = Number(options.get('offset') ?? 0);
  const size = options.has('size') ? Number(options.get('size')) : undefined;
  if (offset !== 0 || size !== undefined) checkWindow(child().size, offset, size);
  const below = passThrough('raw', child);
  return {
    ...below,
    isFilter: false,
    get shownSize() {
      const shown = child().behaviour.shownSize;
      return offset === 0 && size === undefined ? shown : undefined;
    },
    strongOptions: ['offset', 'size'],
    size: () => size ?? child().size - offset,
    read: (at, length) => child().read(at + offset, length),
    write: (at, bytes) => child().write(at + offset, bytes),
    zero: (at, length, how) => child().zero(at + offset, length, how),
    discard: (at, length) => child().discard(at + offset, length),
    *extents(at, length) {
      for (const extent of child().extents(at + offset, length)) {
        yield { ...extent, offset: extent.offset - offset };
      }
    },
    resize(wanted) {
      if (size !== undefined) throw new ImageError('Cannot resize fixed-size raw disks', 95);
      child().resize(wanted + offset);
    },
    childPermissions(edge, needs) {
      const { permissions, shared } = defaultPermissions(edge, needs, node);
      // A node that is written only if its user writes it.
      return {
        permissions: (permissions & ~(WRITE | RESIZE)) | (needs.permissions & (WRITE | RESIZE)),
        shared,
      };
    },
    limits: () => (node.options.has('driver') ? {} : { 'request-alignment': SECTOR }),
  };
}

function checkWindow(whole: number, offset: number, size: number | undefined): void {
  if (offset > whole) {
    throw genericError(`Offset (${offset}) cannot be greater than size of the containing file (${whole})`);
  }
  if (size !== undefined && size % SECTOR !== 0) {
    throw genericError(`Specified size is not multiple of ${SECTOR}`);
  }
  if (size !== undefined && size > whole - offset) {
    throw genericError(
      `The sum of offset (${offset}) and size (${size}) has to be smaller or equal to the actual size of the containing file (${whole})`,
    );
  }
}
