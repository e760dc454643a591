import { QDict } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError } from '../../command.ts';
import { Edges, type EdgeRequest } from './edges.ts';
import { NodeNames } from './node-names.ts';
import { stateOf } from './node-options.ts';
import { BlockNode, type Edge, type EdgeParent, type NodeDriver } from './node.ts';
import { NodeOpener, type OpenerParts, type OpenOptions } from './node-opener.ts';
import { nodeParent } from './node-parent.ts';

/** Parts of the machine that a {@link BlockGraph} needs. */
export interface BlockGraphParts extends OpenerParts {
  /** Whether new nodes may be used: not before an incoming migration has come. */
  readonly isActive: () => boolean;
  /** Whether a name may be that of a node, or a drive, that nobody models. */
  readonly mayBeElsewhere: (name: string) => boolean;
  /** The drive with that name: with its medium, if it has one. */
  readonly findDrive: (name: string) => { readonly node: BlockNode | undefined } | undefined;
}

/** The block graph: all nodes, and how they come, go and take each other's place (`block.c`). */
export class BlockGraph {
  readonly #parts: BlockGraphParts;
  readonly #nodes = new Map<string, BlockNode>();
  readonly #names = new NodeNames();
  readonly #edges = new Edges();
  readonly #opener: NodeOpener;
  /** Nodes that `blockdev-add` made, which `blockdev-del` may delete. */
  readonly #monitorOwned = new Set<BlockNode>();
  /** References that are neither an edge nor the monitor's. */
  readonly #holds = new Map<BlockNode, number>();

  constructor(parts: BlockGraphParts) {
    this.#parts = parts;
    this.#opener = new NodeOpener(this, parts);
  }

  /** Nodes, newest first, as `query-named-block-nodes` lists them. */
  list(): BlockNode[] {
    return [...this.#nodes.values()].toReversed();
  }

  /** Nodes that belong to the monitor, oldest first. */
  get monitorOwned(): readonly BlockNode[] {
    return [...this.#monitorOwned];
  }

  /** Finds a node by its name. */
  find(name: string): BlockNode | undefined {
    return this.#nodes.get(name);
  }

  /** Whether there is a node with that name. */
  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** A node by its name; throws QEMU's refusal. */
  get(name: string): BlockNode {
    const node = this.#nodes.get(name);
    if (node !== undefined) return node;
    this.requireAbsent(name);
    throw genericError(`Failed to find node with node-name='${name}'`);
  }

  /** A node by the name of either a drive or a node; throws QEMU's refusal. */
  lookup(device: string, node: string): BlockNode {
    const drive = device === '' ? undefined : this.#parts.findDrive(device);
    if (drive !== undefined) {
      if (drive.node === undefined) throw genericError(`Device '${device}' has no medium`);
      return drive.node;
    }
    const found = this.#nodes.get(node);
    if (found !== undefined) return found;
    this.requireAbsent(device);
    this.requireAbsent(node);
    throw genericError(`Cannot find device='${device}' nor node-name='${node}'`);
  }

  /** Says "not modelled" of a name that may belong to a node or drive that nobody models. */
  requireAbsent(name: string): void {
    if (this.#parts.mayBeElsewhere(name)) notModelled(`the block node ${name}`);
  }

  /** `blockdev-add`. Throws QEMU's refusal. */
  add(options: QDict): BlockNode {
    if (!options.has('node-name')) {
      throw genericError("'node-name' must be specified for the root node");
    }
    const node = this.open(options);
    this.#monitorOwned.add(node);
    this.release(node);
    return node;
  }

  /** `blockdev-del`. Throws QEMU's refusal. */
  remove(name: string): void {
    const node = this.get(name);
    if (node.parents.some(({ parent }) => parent.backendName !== undefined)) {
      throw genericError(`Node ${name} is in use`);
    }
    node.checkBlocked('drive-del');
    if (!this.#monitorOwned.has(node)) throw genericError(`Node ${name} is not owned by the monitor`);
    if (node.parents.length > 0 || this.#holds.has(node)) {
      throw genericError(`Block device ${name} is in use`);
    }
    if (this.#parts.mayBeUsed(name)) notModelled(`whether the block node ${name} is in use`);
    this.#monitorOwned.delete(node);
    this.#freeIfUnused(node);
  }

  /**
   * Opens a node and everything below it. The caller holds it until {@link release}.
   *
   * @param options - Members of `BlockdevOptions`, typed.
   */
  open(options: QDict, more: OpenOptions = {}): BlockNode {
    const node = this.#opener.open(options, more);
    this.hold(node);
    return node;
  }

  /**
   * Makes a node of a driver that only code makes, for example a job's filter. The caller holds it.
   *
   * @param name - Name of the node. Default: QEMU makes it up.
   */
  create(driver: NodeDriver, name: string | undefined, options: QDict): BlockNode {
    const node = new BlockNode(options, stateOf(options));
    this.register(node, name);
    node.opened(driver);
    this.hold(node);
    return node;
  }

  /** Gives a node its name, and lists it. Throws QEMU's refusal of the name. */
  register(node: BlockNode, wanted: string | undefined): void {
    if (wanted !== undefined) {
      const taken = {
        byDrive: this.#parts.findDrive(wanted) !== undefined,
        byNode: this.#nodes.has(wanted),
      };
      if (!taken.byDrive && !taken.byNode) this.requireAbsent(wanted);
      this.#names.check(wanted, taken);
    }
    node.name = wanted ?? this.#names.next();
    node.active = this.#parts.isActive();
    this.#nodes.set(node.name, node);
  }

  /** Keeps a node that is in no other's use. */
  hold(node: BlockNode): void {
    this.#holds.set(node, (this.#holds.get(node) ?? 0) + 1);
  }

  /** Ends a {@link hold}. A node that nobody uses closes. */
  release(node: BlockNode): void {
    const left = (this.#holds.get(node) ?? 0) - 1;
    if (left > 0) this.#holds.set(node, left);
    else this.#holds.delete(node);
    this.#freeIfUnused(node);
  }

  #freeIfUnused(node: BlockNode): void {
    if (node.parents.length > 0 || this.#holds.has(node) || this.#monitorOwned.has(node)) return;
    this.discardNode(node);
  }

  /** Closes a node that nobody uses, and those below that nobody uses then. */
  discardNode(node: BlockNode): void {
    closeNode(node);
    if (this.#nodes.get(node.name) === node) this.#nodes.delete(node.name);
    for (const edge of [...node.children]) this.detach(edge);
  }

  /** Uses a node. Throws QEMU's refusal of a permission that another doesn't share. */
  attach(parent: EdgeParent, node: BlockNode, request: EdgeRequest): Edge {
    const above = parent.node;
    if (above !== undefined && isBelow(above, node)) {
      throw genericError(
        `Making '${node.name}' a ${request.name} child of '${above.name}' would create a cycle`,
      );
    }
    return this.#edges.attach(parent, node, request);
  }

  /** Ends a use. A node that nobody uses then closes. */
  detach(edge: Edge): void {
    const { node } = edge;
    this.#edges.detach(edge);
    this.#freeIfUnused(node);
  }

  /** Changes what a user does with a node, and what it lets others do. Throws QEMU's refusal. */
  setPermissions(edge: Edge, permissions: number, shared: number): void {
    this.#edges.setPermissions(edge, permissions, shared);
  }

  /** Computes permissions again, after the needs of nodes have changed. Throws QEMU's refusal. */
  refreshPermissions(...nodes: readonly BlockNode[]): void {
    this.#edges.refresh(...nodes);
  }

  /** Puts a node in the place of another for all who use it. Throws QEMU's refusal. */
  replace(from: BlockNode, to: BlockNode): void {
    const edges = from.parents.filter(
      ({ parent }) =>
        parent.staysAtNode !== true && (parent.node === undefined || !isAtOrBelow(parent.node, to)),
    );
    this.hold(from);
    try {
      this.#edges.move(edges, to);
    } finally {
      this.release(from);
    }
  }

  /**
   * Puts a new node on top of another (`bdrv_append`): the other becomes its child, and all who used the
   * other use the new one.
   *
   * @param request - Name and role of the child: `backing` for an overlay, a filter's `file` or `backing`.
   */
  append(top: BlockNode, under: BlockNode, request: EdgeRequest): void {
    const edge = this.attach(nodeParent(top), under, request);
    try {
      this.replace(under, top);
    } catch (error) {
      this.detach(edge);
      throw error;
    }
  }

  /** Gives a node another backing node, or none (`bdrv_set_backing_hd`). Throws QEMU's refusal. */
  setBacking(node: BlockNode, backing: BlockNode | undefined): void {
    const old = node.children.find(({ role }) => role === 'cow');
    if (old?.node === backing) return;
    if (old !== undefined) {
      this.hold(old.node);
      this.detach(old);
    }
    try {
      if (backing !== undefined) this.attach(nodeParent(node), backing, { name: 'backing', role: 'cow' });
    } catch (error) {
      if (old !== undefined) this.attach(nodeParent(node), old.node, { name: 'backing', role: 'cow' });
      throw error;
    } finally {
      if (old !== undefined) this.release(old.node);
    }
  }

  /** Gives an edge another node. What it had before may close. Throws QEMU's refusal. */
  moveEdge(edge: Edge, to: BlockNode): void {
    const { node } = edge;
    this.#edges.move([edge], to);
    this.#freeIfUnused(node);
  }

  /** Lets a node be used, with those below, or not any more. Throws QEMU's refusal. */
  setActive(node: BlockNode, active: boolean): void {
    if (active) return this.#activate(node);
    if (node.parents.some(({ parent }) => parent.node?.active === true)) {
      throw genericError('Node has active parent node');
    }
    if (node.parents.some(({ parent }) => parent.node === undefined && parent.setActive === undefined)) {
      notModelled('a node that its user would have to give up');
    }
    for (const { parent } of node.parents) parent.setActive?.(false);
    node.active = false;
    this.refreshPermissions(node);
    for (const { node: child } of node.children) {
      const isFree = child.parents.every(({ parent }) => parent.node?.active === false);
      if (child.active && isFree) this.setActive(child, false);
    }
  }

  #activate(node: BlockNode): void {
    for (const edge of node.children) this.#activate(edge.node);
    if (node.active) return;
    node.active = true;
    this.refreshPermissions(node);
    for (const { parent } of node.parents) parent.setActive?.(true);
  }

  /** The same for all nodes. */
  setAllActive(active: boolean): void {
    const nodes = [...this.#nodes.values()];
    if (active) for (const node of nodes) this.#activate(node);
    else {
      for (const node of nodes) {
        if (node.active && node.parents.every(({ parent }) => parent.node === undefined)) {
          this.setActive(node, false);
        }
      }
    }
  }

  /** Takes a filter out: all who used it use its child. */
  drop(filter: BlockNode): void {
    const child = filter.below;
    if (child !== undefined) this.replace(filter, child);
    this.#freeIfUnused(filter);
  }

  /** Closes all files, at the end of the machine. */
  close(): void {
    for (const node of [...this.#nodes.values()].toReversed()) closeNode(node);
    this.#nodes.clear();
  }
}

function closeNode(node: BlockNode): void {
  if (!node.isOpen) return;
  node.bitmaps?.closing();
  node.behaviour.close?.();
  node.whenClosed?.();
}

function isAtOrBelow(node: BlockNode, top: BlockNode): boolean {
  return node === top || top.children.some((edge) => isAtOrBelow(node, edge.node));
}

/** Whether a node is another one, or one of those below it. */
const isBelow = (node: BlockNode, top: BlockNode): boolean =>
  node === top || top.children.some((edge) => isBelow(node, edge.node));
