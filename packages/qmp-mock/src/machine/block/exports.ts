import { commandTable, genericError, textOf, type CommandTable } from '../command.ts';
import type { HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Subsystem } from '../subsystem.ts';
import type { BlockGraph } from './block-graph.ts';

/** Nodes that others can use over the network (`qapi/block-export.json`). There is no server, and no export. */
export class BlockExports implements Subsystem {
  readonly commands: CommandTable;

  constructor(graph: BlockGraph) {
    this.commands = commandTable({
      'nbd-server-add': (args, call) => {
        graph.lookup(textOf(args, 'device'), textOf(args, 'device'));
        return notModelled(`${call.name} on a node`);
      },
      'block-export-add': (args, call) => {
        graph.lookup('', textOf(args, 'node-name'));
        return notModelled(`${call.name} on a node`);
      },
      'nbd-server-remove': (args) => {
        throw genericError(`Export '${textOf(args, 'name')}' is not found`);
      },
      'block-export-del': (args) => {
        throw genericError(`Export '${textOf(args, 'id')}' is not found`);
      },
      'nbd-server-stop': () => {
        throw genericError('NBD server not running');
      },
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp('nbd_server_stop=nbd-server-stop');
  }
}
