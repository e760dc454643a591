import type { BlockNode, ChildPermissions, Edge } from './node.ts';
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE, WRITE_UNCHANGED } from './permission.ts';

/** Needs of a node in a child, by the child's role (`bdrv_default_perms` in `block.c`). */
export function defaultPermissions(
  { role }: Pick<Edge, 'role'>,
  needs: ChildPermissions,
  node: BlockNode,
): ChildPermissions {
  switch (role) {
    case 'filtered':
      return needs;
    case 'cow':
      return forBacking(needs, node);
    default:
      return forStorage(role === 'storage', needs, node);
  }
}

/** Metadata may be written although the guest doesn't write, and nobody else may write it. */
function forStorage(hasMetadata: boolean, needs: ChildPermissions, node: BlockNode): ChildPermissions {
  let { permissions, shared } = needs;
  if (hasMetadata) {
    if (!node.readOnly && node.active) permissions |= WRITE | RESIZE;
    permissions |= CONSISTENT_READ;
    shared &= ~(WRITE | RESIZE);
  }
  if ((permissions & WRITE) !== 0) permissions |= RESIZE;
  shared &= ~RESIZE;
  if (!node.active) shared |= WRITE | RESIZE;
  return { permissions, shared };
}

/** From a backing node data is only read; it may change if the parent's may. */
function forBacking({ permissions, shared }: ChildPermissions, node: BlockNode): ChildPermissions {
  let lets = (shared & WRITE) === 0 ? 0 : WRITE | RESIZE;
  lets |= CONSISTENT_READ | WRITE_UNCHANGED;
  if (!node.active) lets |= WRITE | RESIZE;
  return { permissions: permissions & CONSISTENT_READ, shared: lets & ALL_PERMISSIONS };
}
