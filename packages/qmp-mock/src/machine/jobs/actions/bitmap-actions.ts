import { encodeUtf8 } from '../../../engine/bytes.ts';
import { QDict, type QValue } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError, textOf } from '../../command.ts';
import type { BlockGraph } from '../../block/graph/block-graph.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import { Qcow2Image } from '../../block/image/qcow2/qcow2-image.ts';
import type { PreparedAction, TransactionAction } from '../engine/transaction.ts';
import type { NodeBitmap } from '../../block/bitmaps/node-bitmap.ts';
import { bitmapsOf, type NodeBitmapList } from '../../block/bitmaps/node-bitmaps.ts';

/** Longest name, in bytes. */
const NAME_LIMIT = 1023;
const LEAST_GRANULARITY = 512n;

/** Parts of the machine that actions on bitmaps need. */
export interface BitmapParts {
  readonly graph: BlockGraph;
  /** Refusal of a persistent bitmap on a node that is read only; `%` is the node. Empty: it's taken. */
  readonly readOnlyRefusal: () => string;
}

/** Actions on dirty bitmaps: each is a command, too (`block/monitor/bitmap-qmp-cmds.c`). */
export function bitmapActions(parts: BitmapParts): Record<string, TransactionAction> {
  const { graph } = parts;
  const find = (data: QDict, name = textOf(data, 'name')): Found =>
    findBitmap(graph, textOf(data, 'node'), name);
  return {
    'block-dirty-bitmap-add': (data) => add(parts, data),
    'block-dirty-bitmap-remove': (data) => remove(find(data)),
    'block-dirty-bitmap-clear': (data) => {
      const { bitmap } = find(data);
      bitmap.check('busy', 'read-only', 'inconsistent');
      return changing(bitmap, () => bitmap.clear());
    },
    'block-dirty-bitmap-enable': (data) => record(find(data), true),
    'block-dirty-bitmap-disable': (data) => record(find(data), false),
    'block-dirty-bitmap-merge': (data) => merge(graph, data, find(data, textOf(data, 'target')).bitmap),
  };
}

interface Found {
  readonly list: NodeBitmapList;
  readonly bitmap: NodeBitmap;
}

/** Finds a bitmap of a node. Throws QEMU's refusal. */
export function findBitmap(graph: BlockGraph, nodeName: string, name: string): Found {
  let node: BlockNode;
  try {
    node = graph.lookup(nodeName, nodeName);
  } catch (error) {
    if (graph.has(nodeName)) throw error;
    graph.requireAbsent(nodeName);
    throw genericError(`Node '${nodeName}' not found`);
  }
  const list = bitmapsOf(node);
  const bitmap = list.find(name);
  if (bitmap === undefined) throw genericError(`Dirty bitmap '${name}' not found`);
  return { list, bitmap };
}

function add({ graph, readOnlyRefusal }: BitmapParts, data: QDict): PreparedAction {
  const [nodeName, name] = [textOf(data, 'node'), textOf(data, 'name')];
  if (name === '') throw genericError('Bitmap name cannot be empty');
  const node = graph.lookup(nodeName, nodeName);
  const granularity = data.get('granularity') as number | bigint | undefined;
  if (granularity !== undefined && !isGranularity(BigInt(granularity))) {
    throw genericError('Granularity must be power of 2 and at least 512');
  }
  const persistent = data.get('persistent') === true;
  const list = bitmapsOf(node);
  if (persistent) checkPersistent(node, nodeName, name, readOnlyRefusal());
  if (list.find(name) !== undefined) throw genericError(`Bitmap already exists: ${name}`);
  if (encodeUtf8(name).length > NAME_LIMIT) throw genericError(`Bitmap name too long: ${name}`);
  const bitmap = list.create({
    name,
    persistent,
    recording: data.get('disabled') !== true,
    ...(granularity === undefined ? {} : { granularity: Number(granularity) }),
  });
  return { abort: () => list.remove(bitmap) };
}

function isGranularity(size: bigint): boolean {
  return size >= LEAST_GRANULARITY && size <= 2n ** 31n && (size & (size - 1n)) === 0n;
}

/** Refuses a bitmap that a node's image can't keep (`bdrv_can_store_new_dirty_bitmap`). */
function checkPersistent(node: BlockNode, shown: string, name: string, readOnlyRefusal: string): void {
  const { image } = node;
  if (!(image instanceof Qcow2Image)) {
    if (node.isFilter) notModelled('a persistent bitmap of a filter');
    throw genericError(`Can't store persistent bitmaps to ${shown}: Operation not supported`);
  }
  if (node.readOnly && readOnlyRefusal !== '') {
    throw genericError(readOnlyRefusal.replace('%', () => shown));
  }
  if (image.header.version < 3) {
    throw genericError(
      `Can't make bitmap '${name}' persistent in '${shown}': Cannot store dirty bitmaps in qcow2 v2 files`,
    );
  }
}

/** The bitmap stays until the end of the transaction, and nobody else may have it meanwhile. */
function remove({ list, bitmap }: Found): PreparedAction {
  bitmap.check('busy', 'read-only');
  bitmap.busy = true;
  return {
    commit: () => list.remove(bitmap),
    abort: () => {
      bitmap.busy = false;
    },
  };
}

function record({ bitmap }: Found, recording: boolean): PreparedAction {
  bitmap.check('busy', 'inconsistent');
  const before = bitmap.recording;
  bitmap.recording = recording;
  return {
    abort: () => {
      bitmap.recording = before;
    },
  };
}

function changing(bitmap: NodeBitmap, change: () => void): PreparedAction {
  const before = Uint8Array.from(bitmap.bits);
  change();
  return { abort: () => bitmap.bits.set(before) };
}

function merge(graph: BlockGraph, data: QDict, target: NodeBitmap): PreparedAction {
  target.check('busy', 'read-only', 'inconsistent');
  const given = data.get('bitmaps') as QValue[];
  // Some versions crash.
  if (given.length === 0) notModelled('a merge of no bitmaps');
  const sources: NodeBitmap[] = [];
  for (const each of given) {
    const [node, name] =
      each instanceof QDict
        ? [textOf(each, 'node'), textOf(each, 'name')]
        : [textOf(data, 'node'), each as string];
    const { bitmap } = findBitmap(graph, node, name);
    bitmap.check('busy', 'inconsistent');
    if (bitmap.size !== target.size) {
      throw genericError(
        `Bitmaps are of different sizes (destination size is ${target.size}, source size is ${bitmap.size}) and can't be merged`,
      );
    }
    sources.push(bitmap);
  }
  return changing(target, () => {
    for (const source of sources) target.merge(source);
  });
}
