import { QDict, type QValue } from '../../engine/json/value.ts';
import { refuse, StartError } from '../command-line/start-error.ts';
import { parseBoolean } from '../command-line/qemu-opts.ts';
import { blockdevOf } from '../command-line/argument-checks.ts';
import { openImage } from './images.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { StartContext } from './start-context.ts';

/** A block node that `-blockdev` makes. */
export interface BlockNode {
  readonly driver: string;
  readonly readOnly: boolean;
  /** The file at its end, if it is one. */
  readonly path: string | undefined;
  /** Nodes that it names below itself. */
  readonly below: readonly string[];
}

const FILES = ['file', 'host_device', 'host_cdrom'] as const;
type FileDriver = (typeof FILES)[number];
/** Drivers that need nothing, and those that only pass on. */
const PLAIN = new Set([
  'null-co',
  'null-aio',
  'copy-on-read',
  'throttle',
  'blkdebug',
  'compress',
  'preallocate',
]);

/** Drivers whose child is their image. */
const WITH_IMAGE = new Set(['blkdebug', 'blkreplay']);

const nodesOf = new WeakMap<StartContext, Map<string, BlockNode>>();

/** The nodes of the command line, by name, once they have been checked. */
export function blockNodes(context: StartContext): ReadonlyMap<string, BlockNode> {
  return nodesOf.get(context) ?? new Map();
}

/** `-blockdev`, in their order (`qmp_blockdev_add` in QEMU's `blockdev.c`). */
export function checkBlockdevs(context: StartContext): void {
  const nodes = new Map<string, BlockNode>();
  nodesOf.set(context, nodes);
  for (const option of context.of('blockdev')) {
    try {
      const options = blockdevOf(option, context.profile);
      if (!options.has('node-name')) refuse("'node-name' must be specified for the root node");
      open(context, nodes, options);
    } catch (error) {
      throw error instanceof StartError ? error.at(option.location) : error;
    }
  }
}

function textOf(value: QValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined;
}

const isOn = (value: QValue | undefined): boolean =>
  value === true || (typeof value === 'string' && parseBoolean(value) === true);

function open(context: StartContext, nodes: Map<string, BlockNode>, options: QDict): BlockNode {
  const driver = textOf(options.get('driver')) ?? '';
  const name = textOf(options.get('node-name'));
  if (name !== undefined && (!/^[A-Za-z][\w.-]*$/.test(name) || name.length > 31)) {
    refuse(name.length > 31 ? 'Node name too long' : `Invalid node-name: '${name}'`);
  }
  if (name !== undefined && nodes.has(name)) refuse(`Duplicate nodes with node-name='${name}'`);
  if (textOf(options.get('detect-zeroes')) === 'unmap' && textOf(options.get('discard')) !== 'unmap') {
    refuse('setting detect-zeroes to unmap is not allowed without setting discard operation to unmap');
  }
  const readOnly = isOn(options.get('read-only'));
  const node: BlockNode = isFile(driver)
    ? openFile(context, driver, options, readOnly)
    : openAbove(context, nodes, driver, options, readOnly);
  if (name !== undefined) nodes.set(name, node);
  return node;
}

const isFile = (driver: string): driver is FileDriver => (FILES as readonly string[]).includes(driver);

function openFile(context: StartContext, driver: FileDriver, options: QDict, readOnly: boolean): BlockNode {
  const path = textOf(options.get('filename')) ?? '';
  if (path.startsWith('/dev/fdset/')) notModelled(`the file ${path}`);
  const isAuto = isOn(options.get('auto-read-only'));
  openImage(context.file, path, driver, 'raw', { readOnly: readOnly || isAuto });
  const cache = options.get('cache');
  const direct = cache instanceof QDict && isOn(cache.get('direct'));
  if (textOf(options.get('aio')) === 'native' && !direct) {
    refuse('aio=native was specified, but it requires cache.direct=on, which was not specified.');
  }
  return { driver, readOnly, path, below: [] };
}

function openAbove(
  context: StartContext,
  nodes: Map<string, BlockNode>,
  driver: string,
  options: QDict,
  readOnly: boolean,
): BlockNode {
  // Other drivers have an image that isn't a node, but of a server.
  const role = WITH_IMAGE.has(driver) && !options.has('file') ? 'image' : 'file';
  const below = options.get(role);
  const child = below === undefined ? undefined : childOf(context, nodes, below);
  const names = typeof below === 'string' ? [below] : [];
  const node = { driver, readOnly: readOnly || child?.readOnly === true, path: child?.path, below: names };
  if (driver === 'raw') {
    checkRange(context, options, child);
    return node;
  }
  if (PLAIN.has(driver)) {
    if (driver === 'throttle') checkGroup(context, options);
    return node;
  }
  if (child?.path === undefined) {
    if (child !== undefined && child.driver.startsWith('null-')) return openOnNothing(driver);
    return notModelled(`the block driver ${driver}`);
  }
  const backing = options.get('backing');
  if (typeof backing === 'string' && backing !== '') {
    if (!nodes.has(backing)) {
      refuse(`Could not open backing file: Cannot find device='${backing}' nor node-name='${backing}'`);
    }
  } else if (backing instanceof QDict) {
    open(context, nodes, backing);
  }
  openImage(context.file, child.path, 'file', driver, { readOnly, backing: backing === undefined });
  return node;
}

/** An image driver finds nothing but zeros. */
function openOnNothing(driver: string): never {
  if (driver === 'qcow2') refuse('Image is not in qcow2 format');
  if (driver === 'qed') refuse('Image not in QED format');
  if (driver === 'vmdk') refuse('invalid VMDK image descriptor');
  return notModelled(`the block driver ${driver}`);
}

function childOf(context: StartContext, nodes: Map<string, BlockNode>, below: QValue): BlockNode {
  if (below instanceof QDict) return open(context, nodes, below);
  const name = textOf(below) ?? '';
  const node = nodes.get(name);
  return node ?? refuse(`Cannot find device='${name}' nor node-name='${name}'`);
}

/** `offset` and `size` of a raw node (`raw_apply_options` in `block/raw-format.c`). */
function checkRange(context: StartContext, options: QDict, child: BlockNode | undefined): void {
  const [offset, size] = ['offset', 'size'].map((name) => numberOf(options.get(name)));
  if (offset === undefined && size === undefined) return;
  const whole = child?.path === undefined ? undefined : context.file.peek(child.path)?.size;
  if (whole === undefined) return;
  const from = offset ?? 0;
  if (from > whole) {
    refuse(`Offset (${from}) cannot be greater than size of the containing file (${whole})`);
  }
  if (size !== undefined && whole - from < size) {
    refuse(
      `The sum of offset (${from}) and size (${size}) has to be smaller or equal to the  actual size of the containing file (${whole})`,
    );
  }
  if (size !== undefined && size % 512 !== 0) refuse('Specified size is not multiple of 512');
}

function numberOf(value: QValue | undefined): number | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : Number(text);
}

function checkGroup(context: StartContext, options: QDict): void {
  const group = textOf(options.get('throttle-group')) ?? '';
  const there = context
    .of('object')
    .some((object) => object.get('qom-type') === 'throttle-group' && object.get('id') === group);
  if (!there) refuse(`Throttle group '${group}' does not exist`);
}
