import type { QDict } from '../../engine/json/value.ts';
import { commandTable, genericError, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import { hmpTable, onlyEmpty, unlessTouched, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subject } from '../setup/subject.ts';
import type { Subsystem } from '../subsystem.ts';
import type { BlockGraph, BlockNode } from './block-graph.ts';

const DRIVES: readonly Subject[] = ['drives', 'nodes'];

/** How versions show a node. */
type NodeRules = Pick<
  MachineRules,
  'blockNodeActive' | 'blockNodeLimits' | 'blockNodeChildren' | 'noSnapshots'
>;

/** Block nodes, their dirty bitmaps, and transactions (`qapi/block-core.json`, `qapi/transaction.json`). */
export class BlockNodes implements Subsystem {
  readonly commands: CommandTable;
  readonly #graph: BlockGraph;
  readonly #rules: NodeRules;
  readonly #setup: Setup;

  constructor(graph: BlockGraph, rules: NodeRules, setup: Setup) {
    this.#graph = graph;
    this.#rules = rules;
    this.#setup = setup;
    this.commands = commandTable({
      'blockdev-add': (args) => graph.add(args),
      'blockdev-del': (args) => graph.remove(args.get('node-name') as string),
      'query-named-block-nodes': (_args, call) => {
        setup.require(call.name, 'nodes');
        return graph.list().map((node) => this.#describe(node));
      },
      'blockdev-reopen': (args, call) => {
        for (const options of args.get('options') as QDict[]) {
          const name = options.get('node-name') as string | undefined;
          if (name === undefined) throw genericError('node-name not specified');
          graph.get(name);
          notModelled(`${call.name} of a node`);
        }
      },
      transaction,
      'blockdev-set-active': (args, call) => {
        if (args.has('node-name')) graph.get(textOf(args, 'node-name'));
        else setup.require(call.name, 'nodes');
      },
      block_resize: (args) => {
        graph.lookup(textOf(args, 'device'), textOf(args, 'node-name'));
        throw genericError('Image format driver does not support resize');
      },
      'blockdev-snapshot': this.#onNode('node', 'node'),
      'blockdev-snapshot-sync': this.#onNode('device', 'node-name'),
      'blockdev-snapshot-internal-sync': this.#onNode('device', 'device'),
      'blockdev-snapshot-delete-internal-sync': this.#onNode('device', 'device'),
      'change-backing-file': this.#onNode('device', 'device'),
      'x-blockdev-change': this.#onNode('parent', 'parent'),
      'block-dirty-bitmap-add': this.#onNode('node', 'node'),
      'block-dirty-bitmap-remove': this.#onBitmap('name'),
      'block-dirty-bitmap-clear': this.#onBitmap('name'),
      'block-dirty-bitmap-enable': this.#onBitmap('name'),
      'block-dirty-bitmap-disable': this.#onBitmap('name'),
      'block-dirty-bitmap-merge': this.#onBitmap('target'),
      'block-set-write-threshold': this.#onNamed('node-name', (name) => `Device '${name}' not found`),
      'x-blockdev-set-iothread': this.#onNamed(
        'node-name',
        (name) => `Failed to find node with node-name='${name}'`,
      ),
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp('block_resize=block_resize device:device size:number');
  }

  infoTopics(): HmpTable {
    const setup = this.#setup;
    return hmpTable({
      block: unlessTouched(setup, DRIVES, (context) => onlyEmpty(this.#graph.list(), context)),
      blockstats: unlessTouched(setup, DRIVES, (context) => onlyEmpty(this.#graph.list(), context)),
      snapshots: unlessTouched(setup, DRIVES, () => [this.#rules.noSnapshots]),
    });
  }

  /** A command on a block node: refuses an unknown one, and says of a known one that it is not modelled. */
  #onNode(device: string, node: string): MachineCommand {
    return (args, call) => {
      this.#graph.lookup(textOf(args, device), textOf(args, node));
      return notModelled(`${call.name} on a node`);
    };
  }

  /** The same, with a refusal in other words. */
  #onNamed(member: string, refusal: (name: string) => string): MachineCommand {
    return (args, call) => {
      const name = textOf(args, member);
      if (!this.#graph.has(name)) {
        this.#requireAbsent(name, call.name);
        throw genericError(refusal(name));
      }
      return notModelled(`${call.name} on a node`);
    };
  }

  /** A command on a dirty bitmap: none can be made, so a node that is known has none. */
  #onBitmap(member: string): MachineCommand {
    return (args, call) => {
      const node = textOf(args, 'node');
      if (!this.#graph.has(node)) {
        this.#requireAbsent(node, call.name);
        throw genericError(`Node '${node}' not found`);
      }
      throw genericError(`Dirty bitmap '${textOf(args, member)}' not found`);
    };
  }

  /** Says so if a name may be that of a node, or a drive, which is not modelled. */
  #requireAbsent(name: string, command: string): void {
    if (this.#setup.mayName(name, 'drives', 'nodes')) notModelled(`${command} on ${name}`);
  }

  /** A node as `query-named-block-nodes` shows it. */
  #describe(node: BlockNode): Record<string, unknown> {
    const cache = node.options.get('cache') as QDict | undefined;
    return {
      iops_rd: 0,
      detect_zeroes: node.options.get('detect-zeroes') ?? 'off',
      ...(this.#rules.blockNodeActive && { active: node.active }),
      image: {
        ...(this.#rules.blockNodeLimits && {
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
      ...(this.#rules.blockNodeChildren && {
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
}

const transaction: MachineCommand = (args) => {
  for (const action of args.get('actions') as QDict[]) {
    const type = action.get('type') as string;
    if (type === 'abort') throw genericError('Transaction aborted using Abort action');
    notModelled(`the transaction action ${type}`);
  }
};
