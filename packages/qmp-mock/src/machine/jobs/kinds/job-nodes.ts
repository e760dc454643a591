import type { BlockGraph } from '../../block/graph/block-graph.ts';
import type { BlockNode, Edge, EdgeParent } from '../../block/graph/node.ts';
import { ALL_PERMISSIONS } from '../../block/graph/permission.ts';

/** Nodes that a job has, which it forbids to others meanwhile (`block_job_add_bdrv`). */
export class JobNodes {
  readonly #graph: BlockGraph;
  readonly #parent: EdgeParent;
  readonly #type: string;
  readonly #edges: Edge[] = [];
  readonly #unblock: (() => void)[] = [];

  constructor(graph: BlockGraph, type: string, id: string) {
    this.#graph = graph;
    this.#type = type;
    this.#parent = { describe: () => `${type} job '${id}'`, staysAtNode: true };
  }

  /** The nodes, in the order in which it took them. */
  list(): readonly BlockNode[] {
    return this.#edges.map(({ node }) => node);
  }

  /** Whether one of them is a node, or is above it. */
  isOn(node: object): boolean {
    const reaches = (each: BlockNode): boolean =>
      each === node || each.children.some((edge) => reaches(edge.node));
    return this.list().some(reaches);
  }

  /**
   * Takes a node.
   *
   * @param name - Use that the job has for it, for example `main node`.
   */
  add(name: string, node: BlockNode, permissions: number, shared: number = ALL_PERMISSIONS): Edge {
    const edge = this.#graph.attach(this.#parent, node, { name, role: 'other', permissions, shared });
    this.#edges.push(edge);
    this.#unblock.push(
      node.block('all', `block device is in use by block job: ${this.#type}`, ['dataplane']),
    );
    return edge;
  }

  setPermissions(edge: Edge, permissions: number, shared: number): void {
    this.#graph.setPermissions(edge, permissions, shared);
  }

  /** Gives all nodes back. */
  removeAll(): void {
    for (const unblock of this.#unblock.splice(0)) unblock();
    for (const edge of this.#edges.splice(0)) this.#graph.detach(edge);
  }
}
