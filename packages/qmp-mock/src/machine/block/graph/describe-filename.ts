import { printCompact } from '../../../engine/json/printer.ts';
import { QDict, type QValue } from '../../../engine/json/value.ts';
import { backingPath } from '../image/open-image.ts';
import type { BlockNode } from './node.ts';

/** A node's name, and the options that would open it again. */
export interface NodeDescription {
  /** File name, or options in the form `json:{…}`. */
  readonly filename: string;
  /** File name that opens the node by itself, if there is one. */
  readonly exact: string | undefined;
  readonly options: QDict;
}

/** Describes a node as QEMU does (`bdrv_refresh_filename` in `block.c`). */
export function describeFilename(node: BlockNode): NodeDescription {
  const { behaviour } = node;
  const own = given(node, behaviour.strongOptions ?? []);
  const isOtherBacking = hasOtherBacking(node);
  const options = new QDict([['driver', node.driver], ...own]);
  const below = new Map<BlockNode, NodeDescription>();
  for (const { name, role, node: child } of node.children) {
    const description = describeFilename(child);
    below.set(child, description);
    if (behaviour.isList === true) {
      const list = options.get('children');
      options.set('children', [...(Array.isArray(list) ? list : []), description.options]);
      continue;
    }
    if (role !== 'cow' || isOtherBacking) options.set(name, description.options);
  }
  if (isOtherBacking && node.backing === undefined) options.set('backing', null);
  const exact = behaviour.exactFilename?.(node) ?? exactBelow(node, below, own.length > 0 || isOtherBacking);
  return { filename: exact ?? `json:${printCompact(options)}`, exact, options };
}

/** The file's name stands for a format on it that was given nothing else. */
function exactBelow(
  node: BlockNode,
  below: ReadonlyMap<BlockNode, NodeDescription>,
  isOwn: boolean,
): string | undefined {
  const file = node.child('file');
  if (file === undefined || isOwn || node.isFilter || file.behaviour.exactFilename === undefined) {
    return undefined;
  }
  return below.get(file)?.exact;
}

/** Whether the backing node is another than the image's header names (`bdrv_backing_overridden`). */
function hasOtherBacking(node: BlockNode): boolean {
  const { backing } = node;
  if (backing === undefined) return node.autoBackingFile !== '';
  return describeFilename(backing).filename !== node.autoBackingFile;
}

function given({ options }: BlockNode, names: readonly string[]): [string, QValue][] {
  return names.filter((name) => options.has(name)).map((name) => [name, options.get(name) ?? null]);
}

/** Name of the backing file from where QEMU runs: a relative one begins in the folder of the image. */
export function fullBackingFile(node: BlockNode): string {
  let file = node;
  for (let next: BlockNode | undefined = node; next !== undefined; next = next.child('file')) file = next;
  return backingPath(describeFilename(file).exact ?? node.openedAs, node.backingFile);
}
