import type { QDict } from '../../../engine/json/value.ts';
import { genericError, textOf } from '../../command.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import { nodeParent } from '../graph/node-parent.ts';

/** `x-blockdev-change`: a quorum gets one more child, or one less (`qmp_x_blockdev_change`). */
export function changeChild(graph: BlockGraph, args: QDict): void {
  const name = textOf(args, 'parent');
  const parent = graph.lookup(name, name);
  const [child, added] = [textOf(args, 'child'), textOf(args, 'node')];
  if (!args.has('child') && !args.has('node')) {
    throw genericError('Either child or node must be specified');
  }
  if (args.has('child') && args.has('node')) {
    throw genericError('The parameters child and node are in conflict');
  }
  if (args.has('child')) {
    const edge = parent.children.find((one) => one.name === child);
    if (edge === undefined) {
      throw genericError(`Node '${parent.name}' does not have child '${child}'`);
    }
    if (parent.driver !== 'quorum') {
      throw genericError(`The node ${parent.name} does not support removing a child`);
    }
    const votes = Number(parent.options.get('vote-threshold'));
    if (parent.children.length <= votes) {
      throw genericError(`The number of children cannot be lower than the vote threshold ${votes}`);
    }
    graph.detach(edge);
    return;
  }
  const node = graph.find(added);
  if (node === undefined) {
    graph.requireAbsent(added);
    throw genericError(`Node '${added}' not found`);
  }
  if (parent.driver !== 'quorum') {
    throw genericError(`The node ${parent.name} does not support adding a child`);
  }
  if (node.parents.length > 0) throw genericError(`The node ${node.name} already has a parent`);
  graph.attach(nodeParent(parent), node, { name: `children.${nextNumber(parent)}`, role: 'data' });
}

const numbers = new WeakMap<object, number>();

/** Number of the next child: that of the last one, if it has gone, or one that never was. */
function nextNumber(parent: ReturnType<BlockGraph['get']>): number {
  const used = parent.children.map(({ name }) => Number(name.slice('children.'.length)));
  const next = Math.max(numbers.get(parent) ?? 0, ...used.map((number) => number + 1));
  numbers.set(parent, next + 1);
  return next;
}
