import type { NodeBitmap } from '../bitmaps/node-bitmap.ts';
import type { BlockBackends } from '../backend/backends.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import type { BlockNode, EdgeParent } from '../graph/node.ts';
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from '../graph/permission.ts';
import type { ExportNodes, TakenNode } from './block-exports.ts';
import { findExportBitmap, showBitmap } from './node-bitmap-status.ts';
import { NodeDisk } from './node-disk.ts';

/** The user of a node that is exported: a block backend without a name. */
const USER: EdgeParent = { describe: () => 'an unnamed block device', backendName: '' };

/** Refuses a node whose contents, or those of a node below, aren't modelled: a client would ask for them. */
function assertContents(node: BlockNode): void {
  node.behaviour.assertContents?.();
  for (const { node: below } of node.children) assertContents(below);
}

/** Nodes of the block graph, as exports use them. */
export class GraphNodes implements ExportNodes<BlockNode> {
  readonly #graph: BlockGraph;
  readonly #backends: Pick<BlockBackends, 'find'>;

  constructor(graph: BlockGraph, backends: Pick<BlockBackends, 'find'>) {
    this.#graph = graph;
    this.#backends = backends;
  }

  onEject(device: string, gone: () => void): void {
    this.#backends.find(device)?.whenRemoved(gone);
  }

  lookup(device: string, node: string): BlockNode {
    return this.#graph.lookup(device, node);
  }

  take(node: BlockNode, writable: boolean): TakenNode {
    assertContents(node);
    const graph = this.#graph;
    const permissions = CONSISTENT_READ + (writable ? WRITE : 0);
    const edge = graph.attach(USER, node, { name: 'root', permissions, shared: ALL_PERMISSIONS });
    const bitmaps = new Set<NodeBitmap>();
    return {
      disk: new NodeDisk(edge),
      bitmap(wanted) {
        const bitmap = findExportBitmap(graph, node, wanted, writable);
        if (!bitmaps.has(bitmap)) bitmap.check('busy', 'inconsistent');
        bitmaps.add(bitmap);
        bitmap.busy = true;
        return showBitmap(bitmap);
      },
      keepSize: () => graph.setPermissions(edge, permissions, ALL_PERMISSIONS - RESIZE),
      release() {
        for (const bitmap of bitmaps) bitmap.busy = false;
        graph.detach(edge);
      },
    };
  }
}
