import type { BlockNode, NodeDriver } from '../node.ts';
import { WRITE_UNCHANGED } from '../permission.ts';
import { passThrough } from './pass-through.ts';

/** `copy-on-read`: data that is read from a backing file is written to the node below. */
export function openCopyOnRead(node: BlockNode, child: () => BlockNode): NodeDriver {
  const below = passThrough('copy-on-read', child);
  return {
    ...below,
    read(offset, length) {
      const bytes = child().read(offset, length);
      for (const extent of child().extents(offset, length)) {
        if (extent.kind !== 'unallocated') continue;
        const from = extent.offset - offset;
        child().write(extent.offset, bytes.subarray(from, from + extent.length));
      }
      return bytes;
    },
    // Space that was copied stays: it can't be given back.
    strongOptions: ['bottom'],
    childPermissions: (_edge, { permissions, shared }) => ({
      permissions: node.active ? permissions | WRITE_UNCHANGED : permissions,
      shared,
    }),
  };
}
