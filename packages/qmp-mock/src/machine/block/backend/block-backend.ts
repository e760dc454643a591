import type { BlockGraph } from '../graph/block-graph.ts';
import type { BlockNode, Edge, EdgeParent } from '../graph/node.ts';
import { ALL_PERMISSIONS } from '../graph/permission.ts';
import type { DriveModel } from './front-device.ts';
import { Statistics } from './statistics.ts';

/** The device in front of a backend. */
export interface FrontDevice {
  /** Its id, or the path of the object that has the drive: as `qdev` in queries. */
  readonly name: string;
  readonly model: DriveModel;
  /** Actions on errors (`werror=`, `rerror=`). */
  readonly onErrors: { readonly write: string; readonly read: string };
}

/** The legacy part of a drive that `-drive` made. */
export interface DriveInfo {
  /** Kind of controller that it is for: `none`, `ide`. */
  readonly bus: string;
  readonly media: 'disk' | 'cdrom';
}

/** Permissions on a medium that may not be used yet. */
const INACTIVE = { permissions: 0, shared: ALL_PERMISSIONS };

/** A drive as a device sees it (`BlockBackend`): a medium, a tray, limits, statistics. */
export class BlockBackend {
  #name: string;
  /** The legacy part, if `-drive` made it. */
  readonly drive: DriveInfo | undefined;
  readonly statistics: Statistics = new Statistics();
  device: FrontDevice | undefined;
  trayOpen = false;
  locked = false;
  /** Whether writes need no flush to be safe from the guest's view (`cache.writeback`). */
  writeCache = true;
  /** Actions on errors that its option gave. */
  onErrors: { readonly write: string; readonly read: string } = { write: 'enospc', read: 'report' };
  /** Options with which an empty drive opens its next medium (`blk->root_state`). */
  nextMedium: { readonly readOnly: boolean; readonly detectZeroes: string } = {
    readOnly: true,
    detectZeroes: 'off',
  };
  permissions = 0;
  shared: number = ALL_PERMISSIONS;
  readonly #graph: BlockGraph;
  /** The backend as the user of its medium. */
  readonly #user: EdgeParent & { backendName: string };
  /** Those to tell when the medium goes, oldest first; QEMU tells the newest first. */
  #onRemoved: (() => void)[] = [];
  #root: Edge | undefined;

  constructor(graph: BlockGraph, name: string, drive?: DriveInfo) {
    this.#graph = graph;
    this.#name = name;
    this.drive = drive;
    this.#user = {
      describe: () => this.describe(),
      backendName: name,
      setActive: (active) => this.setActive(active),
    };
  }

  /** Its name; empty for a device's own, and for one that was deleted under its device. */
  get name(): string {
    return this.#name;
  }

  /** Takes its name away. What its device reports on errors doesn't stop the guest any more. */
  becomeAnonymous(): void {
    this.#name = '';
    this.#user.backendName = '';
    this.onErrors = { write: 'report', read: 'report' };
    if (this.device !== undefined) this.device = { ...this.device, onErrors: this.onErrors };
  }

  /** The medium, if there is one. */
  get node(): BlockNode | undefined {
    return this.#root?.node;
  }

  /** Whether media can be changed: that is so, too, if nobody uses it. */
  get removable(): boolean {
    return this.device === undefined || this.device.model.removable === true;
  }

  get hasTray(): boolean {
    return this.device?.model.tray === true;
  }

  /** Whether it keeps the status of the last error. */
  get keepsStatus(): boolean {
    const { device } = this;
    if (device?.model.ioStatus !== true) return false;
    const { write, read } = device.onErrors;
    return write === 'enospc' || write === 'stop' || read === 'stop';
  }

  describe(): string {
    const name = this.name === '' ? (this.device?.name ?? '') : this.name;
    return name === '' ? 'an unnamed block device' : `block device '${name}'`;
  }

  /** Gives its permissions up, or takes them again. */
  setActive(active: boolean): void {
    if (this.#root === undefined) return;
    const { permissions, shared } = active ? this : INACTIVE;
    this.#graph.setPermissions(this.#root, permissions, shared);
  }

  /** Puts a medium in. Throws QEMU's refusal of a permission that another doesn't share. */
  insert(node: BlockNode): void {
    const { permissions, shared } = node.active ? this : INACTIVE;
    this.#root = this.#graph.attach(this.#user, node, { name: 'root', role: 'other', permissions, shared });
  }

  /** Calls back when the medium goes (`blk_add_remove_bs_notifier`). */
  whenRemoved(gone: () => void): void {
    this.#onRemoved.push(gone);
  }

  /** Takes the medium out. `tell`: calls those who waited for it. Default: at once. */
  remove(tell: (gone: () => void) => void = (gone) => gone()): void {
    const root = this.#root;
    const gone = this.#onRemoved;
    this.#onRemoved = [];
    for (const each of gone.toReversed()) tell(each);
    this.#root = undefined;
    if (root !== undefined) this.#graph.detach(root);
  }

  /** Notes the options of the medium for the next one (`blk_update_root_state`). */
  rememberMedium(): void {
    const { node } = this;
    if (node === undefined) return;
    const { readOnly, detectZeroes } = node.state;
    this.nextMedium = { readOnly, detectZeroes };
  }

  /** Changes what its user does, and lets others do. Throws QEMU's refusal. */
  setPermissions(permissions: number, shared: number): void {
    if (this.#root?.node.active === true) this.#graph.setPermissions(this.#root, permissions, shared);
    this.permissions = permissions;
    this.shared = shared;
  }

  /** Reads as the guest would. */
  read(offset: number, length: number): Uint8Array {
    const bytes = this.#medium().read(offset, length);
    this.statistics.count('rd', length);
    return bytes;
  }

  /** Writes as the guest would. */
  write(offset: number, bytes: Uint8Array): void {
    this.#medium().write(offset, bytes);
    this.statistics.count('wr', bytes.length);
  }

  #medium(): BlockNode {
    if (this.node === undefined) throw new Error(`Drive ${this.name} has no medium`);
    return this.node;
  }
}
