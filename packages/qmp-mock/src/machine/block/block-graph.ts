import { encodeUtf8 } from '../../engine/bytes.ts';
import { printCompact } from '../../engine/json/printer.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { genericError, textOf } from '../command.ts';
import { isIdentifier } from '../identifier.ts';
import { notModelled } from '../../engine/not-modelled.ts';

/** One node of the block graph. */
export interface BlockNode {
  readonly name: string;
  readonly driver: string;
  /** Size in bytes; `undefined` if it isn't known. */
  readonly size: QValue | undefined;
  /** Whether no more is known than that it is there: what it would show of itself is not modelled. */
  readonly isOpaque: boolean;
  readonly readOnly: boolean;
  /** Whether it may be used: not before an incoming migration has come. */
  readonly active: boolean;
  /** How QEMU describes where its data is. */
  readonly filename: string;
  /** Its options, for the description of a node above it. */
  readonly description: QDict;
  readonly options: QDict;
  /** The nodes below it, by role (`file`). */
  readonly children: readonly { readonly child: string; readonly name: string }[];
}

/** Parts of the machine that a {@link BlockGraph} needs. */
export interface BlockGraphParts {
  /** Whether new nodes may be used: not before an incoming migration has come. */
  readonly isActive: () => boolean;
  /** Whether a name may be that of a node, or a drive, that nobody models. */
  readonly mayBeElsewhere: (name: string) => boolean;
  /** Whether a device of the guest has the node. */
  readonly isUsed: (name: string) => boolean;
  /** Whether something that isn't modelled may use the node. */
  readonly mayBeUsed: (name: string) => boolean;
  /** Whether there is a throttle group of that id. */
  readonly hasThrottleGroup: (id: string) => boolean;
  /** Whether the command line names a file. */
  readonly isGiven: (path: string) => boolean;
  /**
   * Reason why a file could not be opened, or `undefined` if it could; left out if the program can't look.
   */
  readonly whyNotOpened: ((path: string) => string | undefined) | undefined;
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
}

const MISSING = 'No such file or directory';
/** Longest name of a node, in bytes. */
const NAME_LIMIT = 31;
/** Size of a `null-co` node that was given none. */
const NULL_SIZE = 1024 ** 3;
/** Words of an image driver about data that isn't in its format. */
const NOT_IN_FORMAT = new Map([
  ['qcow2', 'Image is not in qcow2 format'],
  ['qed', 'Image not in QED format'],
  ['vmdk', 'invalid VMDK image descriptor'],
]);
/** Drivers that do no more than pass requests on to the node below. */
const FILTERS = new Set(['raw', 'copy-on-read']);
/** Drivers whose nodes would show more of themselves than is known. */
const OPAQUE = new Set(['file', 'throttle', 'copy-on-read']);
/** Options of a file node that nothing of the host decides about. */
const FILE_OPTIONS = new Set(['driver', 'node-name', 'filename', 'read-only', 'discard', 'detect-zeroes']);
/** Folders whose files aren't regular ones. */
const SPECIAL = /^\/(dev|proc|sys)\//;

/**
 * Block nodes, as far as they need no real disk: `null-co`, `null-aio`, and `raw` above them. Everything else
 * is refused, in QEMU's words if they are known.
 */
export class BlockGraph {
  readonly #parts: BlockGraphParts;
  readonly #nodes = new Map<string, BlockNode>();
  /**
   * Nodes that came as a part of another's options: they are not the user's to delete, and go with the other.
   */
  readonly #inline = new Set<string>();
  #anonymous = 0;

  constructor(parts: BlockGraphParts) {
    this.#parts = parts;
  }

  /** Nodes, newest first, as `query-named-block-nodes` lists them. */
  list(): BlockNode[] {
    return [...this.#nodes.values()].toReversed();
  }

  /** Whether there is a node of that name. */
  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** A node by name; throws QEMU's refusal. */
  get(name: string): BlockNode {
    const node = this.#nodes.get(name);
    if (node === undefined) {
      this.#requireAbsent(name);
      throw genericError(`Failed to find node with node-name='${name}'`);
    }
    return node;
  }

  /** A node by the name of either a device or a node; throws QEMU's refusal. */
  lookup(device: string, node: string): BlockNode {
    const found = this.#nodes.get(node);
    if (found === undefined) {
      this.#requireAbsent(device);
      this.#requireAbsent(node);
      throw genericError(`Cannot find device='${device}' nor node-name='${node}'`);
    }
    return found;
  }

  #requireAbsent(name: string): void {
    if (this.#parts.mayBeElsewhere(name)) notModelled(`the block node ${name}`);
  }

  /** `blockdev-add`. */
  add(options: QDict): void {
    if (!options.has('node-name')) {
      throw genericError("'node-name' must be specified for the root node");
    }
    this.#open(options);
  }

  /**
   * `blockdev-del`.
   *
   * @returns The names of the nodes that are gone.
   */
  remove(name: string): readonly string[] {
    this.get(name);
    if (this.#inline.has(name)) throw genericError(`Node ${name} is not owned by the monitor`);
    if (this.#parts.isUsed(name)) throw genericError(`Node ${name} is in use`);
    if (this.#isUsed(name)) throw genericError(`Block device ${name} is in use`);
    if (this.#parts.mayBeUsed(name)) notModelled(`whether the block node ${name} is in use`);
    const before = [...this.#nodes.keys()];
    this.#drop(name);
    return before.filter((other) => !this.#nodes.has(other));
  }

  /**
   * Whether a device has a node above or below: then it is up to permissions whether another can have this
   * one.
   */
  isUsedNearby(name: string): boolean {
    const near = new Set([name]);
    for (let size = 0; size !== near.size;) {
      size = near.size;
      for (const node of this.#nodes.values()) {
        const names = [node.name, ...node.children.map((child) => child.name)];
        if (names.some((other) => near.has(other))) for (const other of names) near.add(other);
      }
    }
    near.delete(name);
    return [...near].some((other) => this.#parts.isUsed(other));
  }

  /** Whether a node is in a throttle group. */
  throttles(group: string): boolean {
    return this.list().some(
      ({ driver, options }) => driver === 'throttle' && options.get('throttle-group') === group,
    );
  }

  #isUsed(name: string): boolean {
    return [...this.#nodes.values()].some(({ children }) => children.some((child) => child.name === name));
  }

  #drop(name: string): void {
    const node = this.#nodes.get(name);
    this.#nodes.delete(name);
    this.#inline.delete(name);
    for (const child of node?.children ?? []) {
      if (this.#inline.has(child.name) && !this.#isUsed(child.name)) this.#drop(child.name);
    }
  }

  #open(options: QDict): BlockNode {
    const driver = options.get('driver') as string;
    const file = options.get('file');
    let below: BlockNode | undefined;
    let owned: string | undefined;
    if (typeof file === 'string') {
      below = this.lookup(file, file);
      if (this.#parts.mayBeUsed(file)) notModelled(`whether the block node ${file} is in use`);
    }
    if (file instanceof QDict) {
      below = this.#open(file);
      this.#inline.add(below.name);
      owned = below.name;
    }
    try {
      return this.#create(driver, options, below);
    } catch (error) {
      if (owned !== undefined) this.#drop(owned);
      throw error;
    }
  }

  #create(driver: string, options: QDict, below: BlockNode | undefined): BlockNode {
    const name = this.#name(options.get('node-name') as string | undefined);
    this.#checkDriver(driver, options, below);
    const isOpaque = below?.isOpaque === true || OPAQUE.has(driver);
    const ownSize = isOpaque ? undefined : (options.get('size') ?? NULL_SIZE);
    const size = below === undefined ? ownSize : sizeAbove(below, driver, options);
    const node: BlockNode = {
      name,
      driver,
      size,
      isOpaque,
      readOnly: options.get('read-only') === true,
      active: this.#parts.isActive(),
      ...(below === undefined ? describeNull(driver, options) : describeAbove(below, driver, options)),
      options,
      children: below === undefined ? [] : [{ child: 'file', name: below.name }],
    };
    this.#nodes.set(name, node);
    return node;
  }

  #name(wanted: string | undefined): string {
    if (wanted === undefined) {
      this.#anonymous += 1;
      return `#block${String(this.#anonymous).padStart(3, '0')}`;
    }
    if (!isIdentifier(wanted)) throw genericError(`Invalid node-name: '${wanted}'`);
    this.#requireAbsent(wanted);
    if (this.#nodes.has(wanted)) throw genericError(`Duplicate nodes with node-name='${wanted}'`);
    if (encodeUtf8(wanted).length > NAME_LIMIT) throw genericError('Node name too long');
    return wanted;
  }

  #checkDriver(driver: string, options: QDict, below: BlockNode | undefined): void {
    if (driver === 'null-co' || driver === 'null-aio') return;
    if (FILTERS.has(driver)) return this.#checkOnlyWriter(options, below);
    if (driver === 'throttle') {
      const group = textOf(options, 'throttle-group');
      if (!this.#parts.hasThrottleGroup(group))
        throw genericError(`Throttle group '${group}' does not exist`);
      return;
    }
    if (driver === 'file' || driver === 'host_device') this.#refuseFile(textOf(options, 'filename'));
    if (driver === 'file' && this.#isPlainFile(options)) return;
    const server = options.get('server');
    if (driver === 'nbd' && server instanceof QDict && server.has('path')) {
      const path = textOf(server, 'path');
      const reason = this.#parts.whyNotOpened?.(path);
      if (reason === MISSING) throw genericError(`Failed to connect to '${path}': ${reason}`);
    }
    if (driver === 'quorum') this.#checkQuorum(options);
    if (below?.isOpaque === true) notModelled(`what is in the node ${below.name}`);
    const text = NOT_IN_FORMAT.get(driver);
    if (text !== undefined) throw genericError(text);
    notModelled(`the block driver ${driver}`);
  }

  /** Refuses a file that is not there. */
  #refuseFile(path: string): void {
    const reason = this.#parts.whyNotOpened?.(path);
    if (reason === MISSING) throw genericError(`Could not open '${path}': ${reason}`);
  }

  /** Whether a file can be opened, as far as that depends on the file alone. */
  #isPlainFile(options: QDict): boolean {
    const path = textOf(options, 'filename');
    const { whyNotOpened, whyNotWritable } = this.#parts;
    if (whyNotOpened === undefined || SPECIAL.test(path)) return false;
    if ([...options.keys()].some((name) => !FILE_OPTIONS.has(name))) return false;
    return whyNotOpened(path) === undefined && whyNotWritable(path) === undefined;
  }

  /** A file that two write is locked: whether that fails is up to the host. */
  #checkOnlyWriter(options: QDict, below: BlockNode | undefined): void {
    if (below?.readOnly === true && options.get('read-only') !== true) {
      notModelled('a node that writes to one that is read only');
    }
    if (below?.isOpaque !== true) return;
    if (below.driver === 'copy-on-read' || below.driver === 'throttle') return;
    if (below.driver !== 'file' || WINDOW.some((name) => options.has(name))) {
      notModelled(`a node above the node ${below.name}`);
    }
    const path = textOf(below.options, 'filename');
    const others = this.list().filter((node) => node.options.get('filename') === path);
    if (others.length > 1 || this.#isUsed(below.name) || this.#parts.isGiven(path)) {
      notModelled(`a file that is opened twice`);
    }
  }

  #checkQuorum(options: QDict): void {
    const children = options.get('children') as QValue[];
    const threshold = options.get('vote-threshold') as number;
    if (children.length === 0) throw genericError('Number of provided children must be 1 or more');
    if (threshold < 1) throw genericError("Parameter 'vote-threshold' expects a value >= 1");
    if (threshold > children.length) throw genericError('threshold may not exceed children count');
  }
}

/** Options of a `raw` node that make it show a part of the node below. */
const WINDOW = ['size', 'offset'];
const SECTOR = 512;

/** Size of a node above another, in bytes; throws QEMU's refusal of a part that is not there. */
function sizeAbove(below: BlockNode, driver: string, options: QDict): QValue | undefined {
  if (driver !== 'raw' || !WINDOW.some((name) => options.has(name))) return below.size;
  const whole = BigInt(below.size as number | bigint);
  const offset = BigInt((options.get('offset') as number | bigint | undefined) ?? 0);
  if (offset > whole) {
    throw genericError(`Offset (${offset}) cannot be greater than size of the containing file (${whole})`);
  }
  const size = options.get('size') as number | bigint | undefined;
  if (size !== undefined && BigInt(size) % BigInt(SECTOR) !== 0n) {
    throw genericError(`Specified size is not multiple of ${SECTOR}`);
  }
  if (size !== undefined && BigInt(size) > whole - offset) {
    throw genericError(
      `The sum of offset (${offset}) and size (${size}) has to be smaller or equal to the actual size of the containing file (${whole})`,
    );
  }
  return size ?? Number(whole - offset);
}

const AS_JSON = 'json:';

type Description = Pick<BlockNode, 'filename' | 'description'>;

/**
 * How a node above another is described: as that one, unless it is more than a filter and has options of its
 * own, or the other has no plain name.
 */
function describeAbove(below: BlockNode, driver: string, options: QDict): Description {
  if (driver !== 'raw') return { filename: below.filename, description: below.description };
  const own = given(options, WINDOW);
  const description = new QDict([['driver', driver], ...own, ['file', below.description]]);
  const plain = own.length === 0 && !below.filename.startsWith(AS_JSON);
  return { filename: plain ? below.filename : AS_JSON + printCompact(description), description };
}

/** Options of a null device that are part of its description. */
const SHOWN = ['size', 'read-zeroes'];

function describeNull(driver: string, options: QDict): Description {
  const own = given(options, SHOWN);
  const description = new QDict([['driver', driver], ...own]);
  const filename = own.length === 0 ? `${driver}://` : AS_JSON + printCompact(description);
  return { filename, description };
}

/** Those of the named options that were given. */
function given(options: QDict, names: readonly string[]): [string, QValue][] {
  return names.filter((name) => options.has(name)).map((name) => [name, options.get(name) ?? null]);
}
