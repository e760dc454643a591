import { QDict, type QValue } from '../../../engine/json/value.ts';
import { genericError, textOf } from '../../command.ts';
import type { NodeBitmap } from '../bitmaps/node-bitmap.ts';
import { bitmapsOf } from '../bitmaps/node-bitmaps.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import type { BlockNode } from '../graph/node.ts';
import type { NbdBitmap, StatusExtent } from '../nbd/export.ts';

/** State of a part that is dirty. */
const DIRTY = 1;

/**
 * Finds a bitmap that an export is to show: by its name in the node or in those below, or by the name of
 * another node. Throws QEMU's refusal (`nbd_export_create` in nbd/server.c).
 */
export function findExportBitmap(
  graph: BlockGraph,
  top: BlockNode,
  wanted: QValue,
  writable: boolean,
): NodeBitmap {
  if (wanted instanceof QDict) return findOfNode(graph, textOf(wanted, 'node'), textOf(wanted, 'name'));
  const name = wanted as string;
  for (let node: BlockNode | undefined = top; node !== undefined; node = node.below) {
    const bitmap = bitmapsOf(node).find(name);
    if (bitmap === undefined) continue;
    if (!writable && !node.readOnly && node.active && bitmap.recording) {
      throw genericError(`Enabled bitmap '${name}' incompatible with readonly export`);
    }
    return bitmap;
  }
  throw genericError(`Bitmap '${name}' is not found`);
}

function findOfNode(graph: BlockGraph, nodeName: string, name: string): NodeBitmap {
  const node = graph.find(nodeName);
  if (node === undefined) {
    graph.requireAbsent(nodeName);
    throw genericError(`Node '${nodeName}' not found`);
  }
  const bitmap = bitmapsOf(node).find(name);
  if (bitmap === undefined) throw genericError(`Dirty bitmap '${name}' not found`);
  return bitmap;
}

/** Shows a bitmap to clients. */
export function showBitmap(bitmap: NodeBitmap): NbdBitmap {
  return { name: bitmap.name ?? '', status: (offset, length) => statusOf(bitmap, offset, length) };
}

function* statusOf(bitmap: NodeBitmap, offset: number, length: number): Iterable<StatusExtent> {
  const end = offset + length;
  for (let at = offset; at < end;) {
    const run = bitmap.next(at);
    const dirty = Math.min(run?.offset ?? end, end);
    if (dirty > at) yield { length: dirty - at, flags: 0 };
    const clean = Math.min(dirty + (run?.length ?? 0), end);
    if (clean > dirty) yield { length: clean - dirty, flags: DIRTY };
    at = clean;
  }
}
