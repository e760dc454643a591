import type { QDict } from '../../../engine/json/value.ts';
import { genericError, textOf } from '../../command.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import { changeBackingFile as writeBackingFile } from '../graph/reopen.ts';
import type { BlockNode } from '../graph/node.ts';

/** `change-backing-file`: another name in the header of an image (`qmp_change_backing_file`). */
export function changeBackingFile(graph: BlockGraph, args: QDict): void {
  const device = textOf(args, 'device');
  const top = graph.lookup(device, device);
  const name = textOf(args, 'image-node-name');
  const node = graph.lookup('', name);
  if (node.below === undefined) {
    throw genericError('not allowing backing file change on an image without a backing file');
  }
  top.checkBlocked('change');
  if (!isInChain(top, node)) throw genericError(`'${device}' and image file are not in the same chain`);
  writeBackingFile(graph, node, textOf(args, 'backing-file'), node.driver);
}

function isInChain(top: BlockNode | undefined, node: BlockNode): boolean {
  return top !== undefined && (top === node || isInChain(top.below, node));
}
