import type { BlockNode, EdgeParent } from './node.ts';

const PARENTS = new WeakMap<BlockNode, EdgeParent>();

/** A node as the user of others. */
export function nodeParent(node: BlockNode): EdgeParent {
  let parent = PARENTS.get(node);
  if (parent === undefined) {
    parent = {
      node,
      describe: () => `node '${node.name}'`,
      resized: () => {
        for (const user of node.parents) user.parent.resized?.();
      },
    };
    PARENTS.set(node, parent);
  }
  return parent;
}
