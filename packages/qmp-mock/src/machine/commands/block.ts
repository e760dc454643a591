import type { QDict } from '../../engine/json/value.ts';
import { BlockGraph, type BlockNode } from '../block-graph.ts';
import { family, genericError, type CommandFamily } from '../command.ts';
import type { Machine } from '../machine.ts';

/** Block nodes (`qapi/block-core.json`, `qapi/transaction.json`). */
export const block: CommandFamily = family({
  'blockdev-add': (machine, args) => machine.store(BlockGraph).add(args),
  'blockdev-del': (machine, args) => machine.store(BlockGraph).remove(args.get('node-name') as string),
  'query-named-block-nodes': (machine) =>
    machine
      .store(BlockGraph)
      .list()
      .map((node) => describe(machine, node)),
  'blockdev-reopen': (machine, args) => {
    for (const options of args.get('options') as QDict[]) {
      const name = options.get('node-name') as string | undefined;
      if (name === undefined) throw genericError('node-name not specified');
      machine.store(BlockGraph).get(name);
    }
  },
  transaction: (_machine, args) => {
    for (const action of args.get('actions') as QDict[]) {
      const type = action.get('type') as string;
      if (type === 'abort') throw genericError('Transaction aborted using Abort action');
      throw genericError(`The mock cannot run the transaction action ${type}`);
    }
  },
});

/** A node as `query-named-block-nodes` shows it. */
function describe(machine: Machine, node: BlockNode): Record<string, unknown> {
  const { rules } = machine;
  const cache = node.options.get('cache') as QDict | undefined;
  return {
    iops_rd: 0,
    detect_zeroes: node.options.get('detect-zeroes') ?? 'off',
    ...(rules.blockNodeActive && { active: node.active }),
    image: {
      ...(rules.blockNodeLimits && {
        limits: {
          'request-alignment': 1,
          'min-mem-alignment': 512,
          'opt-mem-alignment': 4096,
          'max-iov': 1024,
        },
      }),
      'virtual-size': node.size,
      filename: node.filename,
      format: node.driver,
      'actual-size': 0,
    },
    iops_wr: 0,
    ro: node.readOnly,
    ...(rules.blockNodeChildren && {
      children: node.children.map(({ child, name }) => ({ 'node-name': name, child })),
    }),
    'node-name': node.name,
    backing_file_depth: 0,
    drv: node.driver,
    iops: 0,
    bps_wr: 0,
    write_threshold: 0,
    encrypted: false,
    bps: 0,
    bps_rd: 0,
    cache: {
      'no-flush': cache?.get('no-flush') ?? false,
      direct: cache?.get('direct') ?? false,
      writeback: true,
    },
    file: node.filename,
  };
}
