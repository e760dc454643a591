import { genericError } from '../../command.ts';
import type { BlockNode, ChildPermissions, Edge, EdgeParent, EdgeRole, MutableEdge } from './node.ts';
import { defaultPermissions } from './permissions-of-children.ts';
import { ALL_PERMISSIONS, permissionNames, RESIZE, WRITE, WRITE_UNCHANGED } from './permission.ts';

/** A new edge. */
export interface EdgeRequest {
  readonly name: string;
  readonly role?: EdgeRole | undefined;
  readonly permissions?: number | undefined;
  readonly shared?: number | undefined;
}

/** Operations that stay allowed on a backing node (`bdrv_backing_attach` in `block.c`). */
const ALLOWED_ON_BACKING = ['commit-target', 'stream', 'backup-source', 'backup-target'] as const;

/**
 * Edges between nodes and their users, with QEMU's permissions: what a user does with a node, and what it
 * lets others do, is passed on to the nodes below (`bdrv_do_refresh_perms` in `block.c`). Each change is made
 * whole or not at all.
 */
export class Edges {
  readonly #blockers = new Map<Edge, () => void>();

  /** Makes an edge. Throws QEMU's refusal of a permission that somebody doesn't share. */
  attach(parent: EdgeParent, node: BlockNode, request: EdgeRequest): Edge {
    const { name, role = 'other', permissions = 0, shared = ALL_PERMISSIONS } = request;
    const edge: MutableEdge = { name, role, parent, node, permissions, shared };
    this.#link(edge, node);
    try {
      this.#refresh([parent.node ?? node]);
    } catch (error) {
      this.#unlink(edge);
      throw error;
    }
    this.#changed(parent);
    return edge;
  }

  /** Takes an edge away. The node below may have fewer permissions then. */
  detach(edge: Edge): void {
    this.#unlink(edge);
    this.#refresh([edge.node]);
    this.#changed(edge.parent);
  }

  /** Changes the permissions of an edge that isn't a node's. Throws QEMU's refusal. */
  setPermissions(edge: Edge, permissions: number, shared: number): void {
    const before = { permissions: edge.permissions, shared: edge.shared };
    Object.assign(edge, { permissions, shared });
    try {
      this.#refresh([edge.node]);
    } catch (error) {
      Object.assign(edge, before);
      throw error;
    }
  }

  /** Computes the permissions below a node again, after something in it has changed. */
  refresh(...nodes: readonly BlockNode[]): void {
    this.#refresh(nodes);
  }

  /** Moves edges to another node. Throws QEMU's refusal. */
  move(edges: readonly Edge[], to: BlockNode): void {
    const from = edges.map(({ node }) => node);
    // The newest is the first of its node's: moved in reverse, they keep their order.
    for (const edge of edges.toReversed()) this.#relink(edge, to);
    try {
      this.#refresh([to, ...from, ...edges.flatMap(({ parent }) => parent.node ?? [])]);
    } catch (error) {
      for (const [at, edge] of edges.entries()) this.#relink(edge, from[at]!);
      throw error;
    }
    for (const { parent } of edges) this.#changed(parent);
  }

  #changed({ node }: EdgeParent): void {
    if (node?.isOpen === true) node.behaviour.childrenChanged?.(node);
  }

  #relink(edge: Edge, to: BlockNode): void {
    edge.node.parents.splice(edge.node.parents.indexOf(edge), 1);
    this.#unblock(edge);
    (edge as MutableEdge).node = to;
    to.parents.unshift(edge);
    this.#block(edge);
  }

  #link(edge: Edge, node: BlockNode): void {
    node.parents.unshift(edge);
    edge.parent.node?.children.push(edge);
    this.#block(edge);
  }

  #unlink(edge: Edge): void {
    this.#unblock(edge);
    const { parents } = edge.node;
    parents.splice(parents.indexOf(edge), 1);
    const children = edge.parent.node?.children;
    children?.splice(children.indexOf(edge), 1);
  }

  /** Whoever has a backing node forbids most operations on it. */
  #block(edge: Edge): void {
    const { role, parent, node } = edge;
    if (role !== 'cow' || parent.node === undefined) return;
    const reason = `node is used as backing hd of '${parent.node.deviceOrNodeName}'`;
    this.#blockers.set(edge, node.block('all', reason, ALLOWED_ON_BACKING));
  }

  #unblock(edge: Edge): void {
    this.#blockers.get(edge)?.();
    this.#blockers.delete(edge);
  }

  #refresh(nodes: readonly BlockNode[]): void {
    const order = parentsFirst(nodes);
    const before = order.flatMap(({ children }) =>
      children.map((edge) => [edge, edge.permissions, edge.shared] as const),
    );
    const taken: BlockNode[] = [];
    try {
      for (const node of order) {
        checkConflicts(node);
        const needs = needsOf(node);
        checkWritable(node, needs);
        if (node.isOpen) {
          taken.push(node);
          node.behaviour.takePermissions?.(needs);
        }
        for (const edge of node.children) {
          const own = node.isOpen ? node.behaviour.childPermissions?.(edge, needs, node) : undefined;
          Object.assign(edge, own ?? defaultPermissions(edge, needs, node));
        }
      }
    } catch (error) {
      for (const [edge, permissions, shared] of before) Object.assign(edge, { permissions, shared });
      for (const node of taken) restorePermissions(node);
      throw error;
    }
  }
}

function restorePermissions(node: BlockNode): void {
  try {
    node.behaviour.takePermissions?.(needsOf(node));
  } catch {
    // What was refused was never taken.
  }
}

/** Permissions that the users of a node have together, and that all of them share. */
export function needsOf({ parents }: BlockNode): ChildPermissions {
  return parents.reduce(
    (sum, edge) => ({
      permissions: sum.permissions | edge.permissions,
      shared: sum.shared & edge.shared,
    }),
    { permissions: 0, shared: ALL_PERMISSIONS },
  );
}

function checkConflicts({ name, parents }: BlockNode): void {
  for (const holder of parents) {
    for (const user of parents) {
      const refused = user.permissions & ~holder.shared;
      if (user === holder || refused === 0) continue;
      throw genericError(
        `Permission conflict on node '${name}': permissions '${permissionNames(refused)}' are both required by ` +
          `${user.parent.describe()} (uses node '${name}' as '${user.name}' child) and unshared by ` +
          `${holder.parent.describe()} (uses node '${name}' as '${holder.name}' child).`,
      );
    }
  }
}

/** Permissions that an inactive node doesn't give. */
const CHANGES = WRITE | WRITE_UNCHANGED | RESIZE;

function checkWritable(node: BlockNode, { permissions }: ChildPermissions): void {
  if (!node.active && (permissions & CHANGES) !== 0) {
    throw genericError(`Permission '${permissionNames(permissions & CHANGES)}' unavailable on inactive node`);
  }
  if ((permissions & (WRITE | WRITE_UNCHANGED)) === 0) return;
  if (node.readOnly) throw genericError(whyNotWritten(node));
}

/** A node that was opened for reading only by itself, or has become so under those who write. */
function whyNotWritten({ name, readOnly, wasWritable }: BlockNode): string {
  return readOnly && wasWritable
    ? `Read-only block node '${name}' cannot support read-write users`
    : 'Block node is read-only';
}

/** Nodes and all below them, each before those below it. */
function parentsFirst(nodes: readonly BlockNode[]): BlockNode[] {
  const order: BlockNode[] = [];
  const seen = new Set<BlockNode>();
  const visit = (node: BlockNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    // In reverse, because the order is turned around.
    for (const edge of node.children.toReversed()) visit(edge.node);
    order.push(node);
  };
  for (const node of nodes) visit(node);
  return order.toReversed();
}
