import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError } from '../../command.ts';
import { ImageError } from '../image/byte-file.ts';
import { Qcow2Image } from '../image/qcow2/qcow2-image.ts';
import type { BlockGraph } from './block-graph.ts';
import type { BlockNode } from './node.ts';

/** Makes a node writable, or read only, as a job or a snapshot needs it. Throws QEMU's refusal. */
export function setReadOnly(graph: BlockGraph, node: BlockNode, readOnly: boolean): void {
  if (node.readOnly === readOnly) return;
  const chain = withOwnFiles(node);
  if (readOnly) {
    for (const each of chain) keepBitmaps(each, true);
    for (const each of chain) each.state.readOnly = true;
    graph.refreshPermissions(node);
    return;
  }
  try {
    for (const each of chain.toReversed()) {
      each.behaviour.reopen?.(false);
      each.state.readOnly = false;
    }
    graph.refreshPermissions(node);
    for (const each of chain) keepBitmaps(each, false);
  } catch (error) {
    for (const each of chain) each.state.readOnly = true;
    throw error instanceof ImageError ? genericError(error.message) : error;
  }
}

/**
 * Bitmaps go into the image before a node is read only, and are in use as soon as it can be written
 * (`bdrv_reopen_prepare`).
 */
export function keepBitmaps(node: BlockNode, readOnly: boolean): void {
  if (node.bitmaps !== undefined) node.bitmaps.reopened(readOnly);
  else if (!(node.image instanceof Qcow2Image)) return;
  else if (readOnly) node.image.bitmaps.release();
  else node.image.bitmaps.hold();
}

/** A node, and those below that were opened for it. */
function withOwnFiles(node: BlockNode): BlockNode[] {
  const file = node.child('file');
  if (file === undefined || typeof node.options.get('file') === 'string') return [node];
  return [node, ...withOwnFiles(file)];
}

/** Writes the name of a backing file into the header of an image (`bdrv_change_backing_file`). */
export function changeBackingFile(graph: BlockGraph, node: BlockNode, name: string, format = ''): void {
  const { image } = node;
  if (!(image instanceof Qcow2Image)) notModelled(`the backing file of a node ${node.driver}`);
  const wasReadOnly = node.readOnly;
  setReadOnly(graph, node, false);
  image.setBacking(name === '' ? undefined : name, format === '' ? undefined : format);
  node.backingFile = name;
  node.autoBackingFile = name;
  node.backingFormat = name === '' || format === '' ? undefined : format;
  setReadOnly(graph, node, wasReadOnly);
}
