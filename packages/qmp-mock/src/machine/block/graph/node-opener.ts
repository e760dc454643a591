import { QDict, type QValue } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { QmpCommandError } from 'qmp-core/errors';
import { genericError } from '../../command.ts';
import { probeFormat } from '../image/probe.ts';
import { describeFilename, fullBackingFile } from './describe-filename.ts';
import { DRIVERS, type DriverContext, type DriverEntry } from './driver-table.ts';
import type { EdgeRequest } from './edges.ts';
import { checkVotes } from './drivers/quorum.ts';
import { inheritedOptions, stateOf, withDefaults } from './node-options.ts';
import { bytesOf } from './node-bytes.ts';
import { nodeParent } from './node-parent.ts';
import { BlockNode, type Edge, type EdgeParent } from './node.ts';

/** Options of opening a node, beside the node's own. */
export interface OpenOptions {
  /** File name of an image: its format is probed if the options don't say a driver. */
  readonly filename?: string | undefined;
  /** Whether the backing file that the image names stays closed. Default: no. */
  readonly noBacking?: boolean | undefined;
}

/** Everything that a {@link NodeOpener} needs of the program around it. */
export interface OpenerParts extends DriverContext {
  /** Whether something that isn't modelled may use the node. */
  readonly mayBeUsed: (name: string) => boolean;
  /** Whether the version has a driver with that name. */
  readonly knowsDriver: (name: string) => boolean;
  /** Takes QEMU's warnings. */
  readonly warn?: ((text: string) => void) | undefined;
}

/** The part of the graph that a {@link NodeOpener} needs. */
export interface OpenerGraph {
  lookup(device: string, node: string): BlockNode;
  open(options: QDict, more?: OpenOptions): BlockNode;
  hold(node: BlockNode): void;
  release(node: BlockNode): void;
  register(node: BlockNode, wanted: string | undefined): void;
  attach(parent: EdgeParent, node: BlockNode, request: EdgeRequest): Edge;
  refreshPermissions(...nodes: readonly BlockNode[]): void;
  discardNode(node: BlockNode): void;
}

/** Words before a file name that stand for its protocol. */
const PROTOCOL = /^([a-z][\w+.-]*):/i;

/** Opens nodes in QEMU's order (`bdrv_open_inherit` in `block.c`). */
export class NodeOpener {
  readonly #graph: OpenerGraph;
  readonly #parts: OpenerParts;

  constructor(graph: OpenerGraph, parts: OpenerParts) {
    this.#graph = graph;
    this.#parts = parts;
  }

  /** Opens a node; nobody uses it yet. Throws QEMU's refusal. */
  open(given: QDict, { filename, noBacking }: OpenOptions): BlockNode {
    const { driver, options } = driverAndFile(given, filename);
    if (driver !== undefined && !DRIVERS.has(driver) && !this.#parts.knowsDriver(driver)) {
      throw genericError(`Unknown driver '${driver}'`);
    }
    const node = new BlockNode(options, { ...stateOf(options) }, filename);
    const childName = DRIVERS.get(driver ?? '')?.childName ?? 'file';
    const file = this.#openChild(options, options.get(childName));
    try {
      const name = driver ?? this.#probe(node, file);
      const entry = DRIVERS.get(name) ?? notModelled(`the block driver ${name}`);
      this.#graph.register(node, options.get('node-name') as string | undefined);
      try {
        this.#openDriver(node, entry, options, file);
        if (noBacking !== true) this.#openBacking(node, options, entry);
      } catch (error) {
        this.#graph.discardNode(node);
        throw error;
      }
    } finally {
      if (file !== undefined) this.#graph.release(file);
    }
    return node;
  }

  /** The node below, held: one that has a name, or one that is opened for this. */
  #openChild(options: QDict, file: QValue | undefined): BlockNode | undefined {
    if (typeof file === 'string') {
      const node = this.#graph.lookup(file, file);
      if (this.#parts.mayBeUsed(file)) notModelled(`whether the block node ${file} is in use`);
      this.#graph.hold(node);
      return node;
    }
    if (!(file instanceof QDict)) return undefined;
    return this.#graph.open(withDefaults(file, inheritedOptions(options, 'file')));
  }

  #probe(node: BlockNode, file: BlockNode | undefined): string {
    if (file === undefined) throw genericError('Must specify either driver or file');
    const format = probeFormat(bytesOf(file), node.openedAs);
    if (format === 'raw' && !node.readOnly) this.#parts.warn?.(guessedRaw(node.openedAs));
    return format;
  }

  #openDriver(node: BlockNode, entry: DriverEntry, options: QDict, file: BlockNode | undefined): void {
    const request = { node, options };
    if (entry.isList === true) this.#openList(node, options);
    if (entry.file === undefined) {
      node.opened(entry.open(this.#parts, request, () => notModelled('a node without a child')));
      if (entry.isList === true) this.#graph.refreshPermissions(node);
      return;
    }
    if (file === undefined) throw genericError('A block device must be specified for "file"');
    const name = entry.childName ?? 'file';
    const edge = this.#graph.attach(nodeParent(node), file, { name, role: entry.file(request) });
    const driver = entry.open(this.#parts, request, () => edge.node);
    node.opened(driver);
    driver.childrenChanged?.(node);
    this.#graph.refreshPermissions(node);
  }

  /** Children of a quorum. */
  #openList(node: BlockNode, options: QDict): void {
    const children = options.get('children') as QValue[];
    checkVotes(Number(options.get('vote-threshold')), children.length);
    for (const [at, given] of children.entries()) {
      const child = this.#openChild(options, given);
      if (child === undefined) continue;
      try {
        this.#graph.attach(nodeParent(node), child, { name: `children.${at}`, role: 'data' });
      } finally {
        this.#graph.release(child);
      }
    }
  }

  #openBacking(node: BlockNode, options: QDict, entry: DriverEntry): void {
    const given = options.get('backing');
    if (given === null || given === '') return;
    if (given !== undefined && entry.backing !== true) {
      throw genericError("Driver doesn't support backing files");
    }
    if (given === undefined && node.backingFile === '') return;
    const backing = prefixed('Could not open backing file: ', () => this.#backing(node, options, given));
    try {
      if (given === undefined) node.autoBackingFile = describeFilename(backing).filename;
      this.#graph.attach(nodeParent(node), backing, { name: 'backing', role: 'cow' });
    } finally {
      this.#graph.release(backing);
    }
  }

  #backing(node: BlockNode, options: QDict, given: QValue | undefined): BlockNode {
    if (typeof given === 'string') {
      const backing = this.#graph.lookup(given, given);
      this.#graph.hold(backing);
      return backing;
    }
    const inherited = inheritedOptions(options, 'backing');
    if (given instanceof QDict && (given.has('file') || given.has('filename'))) {
      return this.#graph.open(withDefaults(given, inherited));
    }
    const own = given instanceof QDict ? given : new QDict();
    const all = withDefaults(own, inherited);
    if (!all.has('driver') && node.backingFormat !== undefined) all.set('driver', node.backingFormat);
    return this.#graph.open(all, { filename: fullBackingFile(node) });
  }
}

/** The driver, and the options with a file name in them as the node that it stands for. */
function driverAndFile(
  given: QDict,
  filename: string | undefined,
): { readonly driver: string | undefined; readonly options: QDict } {
  const driver = given.get('driver') as string | undefined;
  if (filename === undefined) return { driver, options: given };
  const protocol = PROTOCOL.exec(filename)?.[1];
  if (protocol !== undefined && protocol !== 'file') notModelled(`the image ${filename}`);
  const options = new QDict(given);
  if (driver !== undefined && DRIVERS.get(driver)?.isProtocol === true) {
    options.set('filename', filename);
    return { driver, options };
  }
  const file = given.get('file');
  const more = file instanceof QDict ? [...file] : [];
  options.set('file', new QDict([['driver', 'file'], ['filename', filename], ...more]));
  return { driver, options };
}

function prefixed<T>(prefix: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof QmpCommandError)) throw error;
    throw genericError(prefix + error.desc);
  }
}

/** QEMU's warning of an image whose format it had to guess (`bdrv_open`). */
function guessedRaw(filename: string): string {
  const indent = ' '.repeat(9);
  return [
    `WARNING: Image format was not specified for '${filename}' and probing guessed raw.`,
    `${indent}Automatically detecting the format is dangerous for raw images, write operations on block 0 will be restricted.`,
    `${indent}Specify the 'raw' format explicitly to remove the restrictions.`,
  ].join('\n');
}
