import type { QDict } from '../../engine/json/value.ts';
import { commandTable, genericError, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import { hmpTable, onlyEmpty, unlessTouched, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subject } from '../setup/subject.ts';
import type { Subsystem } from '../subsystem.ts';
import type { NodeShapeRules } from './describe-node.ts';
import type { BlockGraph } from './graph/block-graph.ts';
import { nodeInfo } from './query/node-info.ts';

const DRIVES: readonly Subject[] = ['drives', 'nodes'];

/** Block nodes (`qapi/block-core.json`). */
export class BlockNodes implements Subsystem {
  readonly commands: CommandTable;
  readonly #graph: BlockGraph;
  readonly #setup: Setup;

  constructor(graph: BlockGraph, rules: NodeShapeRules, setup: Setup) {
    this.#graph = graph;
    this.#setup = setup;
    this.commands = commandTable({
      'blockdev-add': (args) => void graph.add(args),
      'blockdev-del': (args) => graph.remove(textOf(args, 'node-name')),
      'query-named-block-nodes': (args, call) => {
        setup.require(call.name, 'nodes');
        return graph.list().map((node) => nodeInfo(node, rules, { flat: args.get('flat') === true }));
      },
      'blockdev-reopen': (args, call) => {
        for (const options of args.get('options') as QDict[]) {
          const name = options.get('node-name') as string | undefined;
          if (name === undefined) throw genericError('node-name not specified');
          graph.get(name);
          notModelled(`${call.name} of a node`);
        }
      },
      'blockdev-set-active': (args, call) => {
        if (args.has('node-name')) graph.get(textOf(args, 'node-name'));
        else setup.require(call.name, 'nodes');
      },
      block_resize: (args, call) => {
        const node = graph.lookup(textOf(args, 'device'), textOf(args, 'node-name'));
        if ((args.get('size') as number) < 0) throw genericError("Parameter 'size' expects a >0 size");
        notModelled(`${call.name} of a node ${node.driver}`);
      },
      'change-backing-file': this.#onNode('device', 'device'),
      'x-blockdev-change': this.#onNode('parent', 'parent'),
      'block-set-write-threshold': this.#onNamed('node-name', (name) => `Device '${name}' not found`),
      'x-blockdev-set-iothread': this.#onNamed(
        'node-name',
        (name) => `Failed to find node with node-name='${name}'`,
      ),
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp('block_resize=block_resize device:device size:size');
  }

  infoTopics(): HmpTable {
    const setup = this.#setup;
    return hmpTable({
      block: unlessTouched(setup, DRIVES, (context) => onlyEmpty(this.#graph.list(), context)),
      blockstats: unlessTouched(setup, DRIVES, (context) => onlyEmpty(this.#graph.list(), context)),
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

  /** Refuses a name as not modelled if it may belong to a node or drive that isn't modelled. */
  #requireAbsent(name: string, command: string): void {
    if (this.#setup.mayName(name, 'drives', 'nodes')) notModelled(`${command} on ${name}`);
  }
}
