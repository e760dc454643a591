import { QDict } from '../../../engine/json/value.ts';
import type { BlockGraph } from '../../block/graph/block-graph.ts';
import { childInfo } from '../../block/graph/drivers/pass-through.ts';
import { passThrough } from '../../block/graph/drivers/pass-through.ts';
import { nodeParent } from '../../block/graph/node-parent.ts';
import type { BlockNode, NodeDriver } from '../../block/graph/node.ts';

/** Options of {@link insertFilter}. */
export interface FilterOptions {
  /** Its driver: `mirror_top`, `commit_top`, `copy-on-read`, `copy-before-write`. */
  readonly driver: string;
  /** Name of the node. Default: QEMU makes it up. */
  readonly name?: string | undefined;
  /** Node that it is put on top of. */
  readonly above: BlockNode;
  /** Name of its child. */
  readonly child: 'file' | 'backing';
  /** Whether queries by device look through it. */
  readonly implicit: boolean;
  readonly readOnly?: boolean | undefined;
  /** Another node that it has, with the name of that child. */
  readonly other?: { readonly name: string; readonly node: BlockNode } | undefined;
  /** Behaviour in which it differs from a filter that does nothing. */
  readonly behaviour?: Partial<NodeDriver> | undefined;
}

/**
 * Puts a job's filter on top of a node: whoever used the node uses the filter. Throws QEMU's refusal.
 *
 * @returns The filter. The graph holds it until {@link removeFilter}.
 */
export function insertFilter(graph: BlockGraph, options: FilterOptions): BlockNode {
  const { driver, name, above, child, implicit, readOnly = above.readOnly, other, behaviour } = options;
  let filter: BlockNode | undefined;
  const below = (): BlockNode => filter?.filtered ?? above;
  filter = graph.create(
    {
      ...passThrough(driver, below),
      imageInfo: () => childInfo(below()),
      exactFilename: () => below().filename,
      ...behaviour,
    },
    name,
    new QDict([['read-only', readOnly]]),
  );
  filter.implicit = implicit;
  try {
    graph.attach(nodeParent(filter), above, { name: child, role: 'filtered' });
    // Before others use the filter, so that what this node has isn't the filter itself.
    if (other !== undefined) graph.attach(nodeParent(filter), other.node, { name: other.name, role: 'data' });
    graph.replace(above, filter);
  } catch (error) {
    graph.release(filter);
    throw error;
  }
  return filter;
}

/** Takes a filter out again, if it's still there. */
export function removeFilter(graph: BlockGraph, filter: BlockNode): void {
  graph.drop(filter);
  graph.release(filter);
}
