import { describeFilename } from '../../block/graph/describe-filename.ts';
import type { BlockNode } from '../../block/graph/node.ts';

/** Whether a node is at or behind another (`bdrv_chain_contains`). */
export function chainContains(top: BlockNode, node: BlockNode): boolean {
  for (let each: BlockNode | undefined = top; each !== undefined; each = each.below) {
    if (each === node) return true;
  }
  return false;
}

/** Node behind another that was opened by a file's name (`bdrv_find_backing_image`). */
export function findBackingImage(top: BlockNode, filename: string): BlockNode | undefined {
  for (let node = top.skippingFilters.backing; node !== undefined; node = node.skippingFilters.backing) {
    if (namesOf(node).includes(filename)) return node.skippingFilters;
  }
  return undefined;
}

/** Name of a node's file, filters aside. */
export function fileNameOf(node: BlockNode): string {
  return describeFilename(node.skippingFilters).filename;
}

/** Names by which an image is found: as it was opened, and without protocol. */
function namesOf(node: BlockNode): string[] {
  const filename = fileNameOf(node);
  const inHeaders = node.parents.flatMap(({ role, parent }) =>
    role === 'cow' && parent.node !== undefined ? [parent.node.backingFile] : [],
  );
  return [filename, ...inHeaders.filter((name) => name !== '')];
}

/** Last node of a chain that has its data itself (`bdrv_find_base`). */
export function findBase(top: BlockNode): BlockNode | undefined {
  let base: BlockNode | undefined;
  for (let node = top.skippingFilters.backing; node !== undefined; node = node.skippingFilters.backing) {
    base = node;
  }
  return base;
}

/** Node above another in a chain (`bdrv_find_overlay`). */
export function findOverlay(active: BlockNode, node: BlockNode): BlockNode | undefined {
  for (let each: BlockNode | undefined = active; each !== undefined; each = each.below) {
    if (each.skippingFilters.backing?.skippingFilters === node.skippingFilters && !each.isFilter) return each;
  }
  return undefined;
}

/** Whether nobody but drives and exports uses a node (`bdrv_is_root_node`). */
export function isRoot(node: BlockNode): boolean {
  return node.parents.every(({ parent }) => parent.node === undefined && parent.staysAtNode !== true);
}
