import type { QDict } from '../../engine/json/value.ts';
import { commandTable, genericError, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import type { HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { BlockGraph } from './block-graph.ts';

/**
 * Nodes that others can use over the network (`qapi/block-export.json`). There is no server, and no export.
 */
export class BlockExports implements Subsystem {
  readonly commands: CommandTable;

  constructor(graph: BlockGraph, setup: Setup) {
    const refuse =
      (refusal: (args: QDict) => string): MachineCommand =>
      (args, call) => {
        setup.require(call.name, 'exports');
        throw genericError(refusal(args));
      };
    this.commands = commandTable({
      'nbd-server-add': (args, call) => {
        graph.lookup(textOf(args, 'device'), textOf(args, 'device'));
        return notModelled(`${call.name} on a node`);
      },
      'block-export-add': (args, call) => {
        graph.lookup('', textOf(args, 'node-name'));
        return notModelled(`${call.name} on a node`);
      },
      'query-block-exports': (_args, call) => {
        setup.require(call.name, 'exports');
        return [];
      },
      'nbd-server-remove': refuse((args) => `Export '${textOf(args, 'name')}' is not found`),
      'block-export-del': refuse((args) => `Export '${textOf(args, 'id')}' is not found`),
      'nbd-server-stop': refuse(() => 'NBD server not running'),
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp('nbd_server_stop=nbd-server-stop');
  }
}
