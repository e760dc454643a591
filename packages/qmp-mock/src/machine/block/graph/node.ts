import { genericError } from '../../command.ts';
import type { QDict, QValue } from '../../../engine/json/value.ts';
import type { Extent, Image } from '../image/image.ts';
import { OperationBlockers, type BlockOperation } from './operation-blockers.ts';
import { WriteThreshold } from './write-threshold.ts';

/** Called with a part of a node that is, or was, written: first byte and length. */
export type WriteListener = (offset: number, length: number) => void;

/** Dirty bitmaps of a node, as far as the graph shows and keeps them. */
export interface NodeBitmaps {
  /** As queries show them; `undefined` if there are none. */
  describe(): Record<string, unknown>[] | undefined;
  /** The node closes: bitmaps that are to be kept go into its image. */
  closing(): void;
  /** The node has another size. */
  resized(): void;
  /** The node is about to be read only, or can be written from now on. */
  reopened(readOnly: boolean): void;
}

/** Options that every node has, whatever its driver (`BlockdevOptions`), as they are in effect. */
export interface NodeState {
  readOnly: boolean;
  autoReadOnly: boolean;
  direct: boolean;
  noFlush: boolean;
  detectZeroes: string;
  forceShare: boolean;
}

/**
 * Part that a child has in its parent: one that requests pass through, a place for data and metadata, one for
 * data only, or one that data comes from which the parent doesn't have (`BdrvChildRole`).
 */
export type EdgeRole = 'filtered' | 'storage' | 'data' | 'cow' | 'other';

/** The user of a node: another node, a block backend, a job, an export. */
export interface EdgeParent {
  /** Description in refusals, for example `node 'x'` or `block device 'x'`. */
  describe(): string;
  /** The node, if the parent is one. */
  readonly node?: BlockNode | undefined;
  /** Name of the drive, if the parent is a block backend; empty for a device's own. */
  readonly backendName?: string | undefined;
  /** Whether its edges stay if another node takes the place of theirs. */
  readonly staysAtNode?: boolean | undefined;
  /** Called when its node may be used, or not any more; a parent without it doesn't give a node up. */
  setActive?(active: boolean): void;
  /** Called when the node below has another size. */
  resized?(): void;
}

/** A use of a node: what the parent does there, and what others may do meanwhile (`BdrvChild`). */
export interface Edge {
  /** Name of the child in its parent: `file`, `backing`, `root`. */
  readonly name: string;
  readonly role: EdgeRole;
  readonly parent: EdgeParent;
  readonly node: BlockNode;
  /** Permissions that the parent has. */
  readonly permissions: number;
  /** Permissions that it lets others have. */
  readonly shared: number;
}

/** An edge as the graph changes it. */
export type MutableEdge = { -readonly [K in keyof Edge]: Edge[K] };

/** Permissions that a node needs of a child, and those that it lets others have there. */
export interface ChildPermissions {
  readonly permissions: number;
  readonly shared: number;
}

/** Behaviour of a node that depends on its driver (`BlockDriver`). Offsets and sizes are in bytes. */
export interface NodeDriver {
  /** Its name, for example `qcow2`. */
  readonly name: string;
  /** Whether it passes requests on to one child. */
  readonly isFilter?: boolean | undefined;
  /** Image that the driver reads and writes, if it is one: a qcow2 with its snapshots and bitmaps. */
  readonly image?: Image | undefined;
  /** Whether its children are a list, `children.0` and on. */
  readonly isList?: boolean | undefined;
  /** Whether it can write compressed clusters. */
  readonly compresses?: boolean | undefined;
  /** Size of the disk. */
  size(): number;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  zero(offset: number, length: number, options: { readonly unmap: boolean }): void;
  /** Gives space back. A driver without it does nothing. */
  discard?(offset: number, length: number): void;
  extents(offset: number, length: number): Iterable<Extent>;
  /** Throws if contents aren't modelled. A driver without it models them. */
  assertContents?(): void;
  /**
   * Changes the size. A driver without it has a fixed size.
   *
   * @throws ImageError in QEMU's words.
   */
  resize?(size: number): void;
  /** Needs in a child, given those of the node's parents. Default: by the child's role. */
  childPermissions?(edge: Edge, needs: ChildPermissions, node: BlockNode): ChildPermissions;
  /**
   * Called before permissions of the node change; a file takes its locks here.
   *
   * @throws QmpCommandError in QEMU's words.
   */
  takePermissions?(needs: ChildPermissions): void;
  /** Opens what it has open for reading only again, so that it can be written. Throws an ImageError. */
  reopen?(readOnly: boolean): void;
  /** Called after a child has come, gone or been replaced. */
  childrenChanged?(node: BlockNode): void;
  /** Further members of `image` in queries: `cluster-size`, `format-specific`. */
  imageInfo?(): Record<string, unknown>;
  /** Further limits of the image: `discard-alignment`. */
  limits?(): Record<string, unknown>;
  /** Smallest alignment of memory, in bytes. Default: a sector. */
  readonly memoryAlignment?: number | undefined;
  /** Bytes that it takes on the disk. Default, also if `undefined`: those of its children. */
  allocatedSize?(): number | 'unknown' | undefined;
  /** Size as shown, if it isn't a number that can be counted with. */
  readonly shownSize?: QValue | undefined;
  /** Options that QEMU takes for its description (`strong_runtime_opts`), as given. */
  readonly strongOptions?: readonly string[] | undefined;
  /** Name that stands for the node as a whole (`exact_filename`), if there is one. */
  exactFilename?(node: BlockNode): string | undefined;
  /** Group that limits its requests, if it's a throttle node. */
  readonly throttleGroup?: string | undefined;
  /** Puts a throttle node into another group. Throws QEMU's refusal. */
  changeGroup?(group: string): void;
  /** Statistics of the driver for `query-blockstats`. */
  statistics?(): Record<string, unknown> | undefined;
  close?(): void;
}

/** A node that is being opened, as its driver sees it. */
export interface OpenRequest {
  readonly node: BlockNode;
  readonly options: QDict;
}

/** A node of the block graph (`BlockDriverState`). Its edges are changed by the graph alone. */
export class BlockNode implements Image {
  /** Its name: as it was given, or as QEMU makes it up. */
  name = '';
  /** The file name that it was opened by. */
  readonly openedAs: string;
  /** Its options, with those that it has by default from its parent. */
  readonly options: QDict;
  /** Options in effect. */
  readonly state: NodeState;
  /** Edges to the nodes below, oldest first. */
  readonly children: Edge[] = [];
  /** Edges of its users, newest first. */
  readonly parents: Edge[] = [];
  /** Whether a job put it in, so that queries by device look through it. */
  implicit = false;
  /** Whether it may be used: not before an incoming migration has come. */
  active = true;
  /** Whether it could be written before it's opened again. */
  wasWritable = false;
  /** Called once it's closed. */
  whenClosed: (() => void) | undefined;
  /** Its dirty bitmaps. */
  bitmaps: NodeBitmaps | undefined;
  /** Backing file as the image's header names it; empty without one. */
  backingFile = '';
  /** Name under which that file would be found again: the backing node with that name is the usual one. */
  autoBackingFile = '';
  /** Format of the backing file as the image's header names it. */
  backingFormat: string | undefined;
  /** Event for writes behind an offset. */
  readonly threshold: WriteThreshold = new WriteThreshold();
  #driver: NodeDriver | undefined;
  readonly #blockers = new OperationBlockers();
  readonly #before = new Set<WriteListener>();
  readonly #after = new Set<WriteListener>();
  /** Highest byte that was written, and one: `wr_highest_offset`. */
  writtenUpTo = 0;

  constructor(options: QDict, state: NodeState, openedAs = '') {
    this.options = options;
    this.state = state;
    this.openedAs = openedAs;
  }

  /** Behaviour of its driver. */
  get behaviour(): NodeDriver {
    if (this.#driver === undefined) throw new Error(`Block node ${this.name} isn't open yet`);
    return this.#driver;
  }

  /** Whether its driver has opened it. */
  get isOpen(): boolean {
    return this.#driver !== undefined;
  }

  /** Gives it its driver; done once, when the node is opened. */
  opened(driver: NodeDriver): void {
    this.#driver = driver;
  }

  /** Name of its driver. */
  get driver(): string {
    return this.behaviour.name;
  }

  /** Name of its driver, as {@link Image} has it. */
  get format(): string {
    return this.driver;
  }

  /** Name under which an image is opened: its own, or that of the file below. */
  get filename(): string {
    return this.openedAs;
  }

  get readOnly(): boolean {
    return this.state.readOnly;
  }

  get isFilter(): boolean {
    return this.behaviour.isFilter === true;
  }

  /** Image that its driver reads and writes, if it is one. */
  get image(): Image | undefined {
    return this.behaviour.image;
  }

  /** Finds the node below by its name among the children: `file`, `backing`. */
  child(name: string): BlockNode | undefined {
    return this.children.find((edge) => edge.name === name)?.node;
  }

  /** Child that data comes from which the node doesn't have itself. */
  get backing(): BlockNode | undefined {
    return this.children.find(({ role }) => role === 'cow')?.node;
  }

  /** Child that requests pass through to, if it is a filter. */
  get filtered(): BlockNode | undefined {
    return this.isFilter ? this.children.find(({ role }) => role === 'filtered')?.node : undefined;
  }

  /** Next node of the chain: what a filter passes on to, or the backing node. */
  get below(): BlockNode | undefined {
    return this.filtered ?? this.backing;
  }

  /** First node at or below this one that isn't a filter. */
  get skippingFilters(): BlockNode {
    return this.filtered?.skippingFilters ?? this;
  }

  /** First node at or below this one that no job put in. */
  get skippingImplicit(): BlockNode {
    return this.implicit ? (this.below?.skippingImplicit ?? this) : this;
  }

  get size(): number {
    return this.behaviour.size();
  }

  read(offset: number, length: number): Uint8Array {
    return this.behaviour.read(offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#change(offset, bytes.length, () => this.behaviour.write(offset, bytes));
  }

  zero(offset: number, length: number, { unmap = false }: { readonly unmap?: boolean } = {}): void {
    this.#change(offset, length, () =>
      this.behaviour.zero(offset, length, { unmap: unmap && this.#givesBack }),
    );
  }

  /** Whether it gives space back that isn't needed any more (`discard=unmap`). */
  get #givesBack(): boolean {
    const discard = this.options.get('discard');
    return discard === 'unmap' || discard === 'on';
  }

  /** Gives the space of a part back, if its options say so: it comes from the backing node then. */
  discard(offset: number, length: number): void {
    if (!this.#givesBack) return;
    this.#change(offset, length, () => this.behaviour.discard?.(offset, length));
  }

  #change(offset: number, length: number, run: () => void): void {
    if (length > 0) for (const listener of this.#before) listener(offset, length);
    run();
    if (length === 0) return;
    this.writtenUpTo = Math.max(this.writtenUpTo, offset + length);
    this.threshold.passed(this.name, offset, length);
    for (const listener of this.#after) listener(offset, length);
  }

  /** Tells where parts come from, as far as this node knows itself. */
  extents(offset: number, length: number): Iterable<Extent> {
    return this.behaviour.extents(offset, length);
  }

  /** Changes the size; the graph tells the users. Throws an ImageError in QEMU's words. */
  resize(size: number): void {
    if (this.behaviour.resize === undefined) {
      throw genericError('Image format driver does not support resize');
    }
    this.behaviour.resize(size);
    this.bitmaps?.resized();
    for (const { parent } of this.parents) parent.resized?.();
  }

  /** Nodes close when nobody uses them. */
  close(): void {}

  /** Calls a listener before each change of data. Gives a function that ends it. */
  beforeWrite(listener: WriteListener): () => void {
    this.#before.add(listener);
    return () => void this.#before.delete(listener);
  }

  /** Calls a listener after each change of data. Gives a function that ends it. */
  onWrite(listener: WriteListener): () => void {
    this.#after.add(listener);
    return () => void this.#after.delete(listener);
  }

  /**
   * Forbids operations on the node.
   *
   * @param reason - Reason as refusals give it, for example `block device is in use by block job: mirror`.
   * @param except - Operations that stay allowed if `all` are forbidden.
   * @returns A function that allows them again.
   */
  block(
    operations: readonly BlockOperation[] | 'all',
    reason: string,
    except: readonly BlockOperation[] = [],
  ): () => void {
    return this.#blockers.add(operations, reason, except);
  }

  /** Refuses an operation that somebody forbids, in QEMU's words (`bdrv_op_is_blocked`). */
  checkBlocked(operation: BlockOperation): void {
    const reason = this.#blockers.whyNot(operation);
    if (reason !== undefined) throw genericError(`Node '${this.deviceOrNodeName}' is busy: ${reason}`);
  }

  /** Name of the drive that has the node, or its own (`bdrv_get_device_or_node_name`). */
  get deviceOrNodeName(): string {
    for (const { parent } of this.parents) {
      const name = parent.backendName;
      if (name !== undefined && name !== '') return name;
    }
    return this.name;
  }
}
