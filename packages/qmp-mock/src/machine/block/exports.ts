import { QDict } from '../../engine/json/value.ts';
import { commandTable, genericError, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import type { HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { BlockGraph } from './graph/block-graph.ts';

const NO_SERVER = 'NBD server not running';
const MISSING = 'No such file or directory';

/** Parts of the machine that {@link BlockExports} needs. */
export interface BlockExportsParts {
  readonly graph: BlockGraph;
  readonly setup: Setup;
  /** Whether a user has made an object of that id. */
  readonly hasObject: (id: string) => boolean;
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
}

/**
 * Nodes that others can use over the network (`qapi/block-export.json`). There is no server, and no export.
 */
export class BlockExports implements Subsystem {
  readonly commands: CommandTable;

  constructor({ graph, setup, hasObject, whyNotWritable }: BlockExportsParts) {
    const refuse =
      (refusal: (args: QDict) => string): MachineCommand =>
      (args, call) => {
        setup.require(call.name, 'exports');
        throw genericError(refusal(args));
      };
    this.commands = commandTable({
      'nbd-server-start': (args, call) => {
        setup.require(call.name, 'exports');
        const address = args.get('addr') as QDict;
        const data = address.get('data');
        if (address.get('type') === 'unix' && data instanceof QDict) {
          const path = textOf(data, 'path');
          const why = whyNotWritable(path);
          if (why === MISSING) throw genericError(`Failed to bind socket to ${path}: ${why}`);
        }
        const credentials = textOf(args, 'tls-creds');
        if (args.has('tls-creds') && !hasObject(credentials)) {
          throw genericError(`No TLS credentials with id '${credentials}'`);
        }
        notModelled('an NBD server');
      },
      'nbd-server-add': (args, call) => {
        const device = textOf(args, 'device');
        graph.lookup(device, device);
        setup.require(call.name, 'exports');
        throw genericError(NO_SERVER);
      },
      'block-export-add': (args, call) => {
        if (!isIdentifier(textOf(args, 'id'))) throw genericError('Invalid block export id');
        graph.lookup('', textOf(args, 'node-name'));
        setup.require(call.name, 'exports');
        if (args.get('type') === 'nbd') throw genericError(NO_SERVER);
        notModelled(`an export of type ${textOf(args, 'type')}`);
      },
      'query-block-exports': (_args, call) => {
        setup.require(call.name, 'exports');
        return [];
      },
      'nbd-server-remove': refuse((args) => `Export '${textOf(args, 'name')}' is not found`),
      'block-export-del': refuse((args) => `Export '${textOf(args, 'id')}' is not found`),
      'nbd-server-stop': refuse(() => NO_SERVER),
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp('nbd_server_stop=nbd-server-stop');
  }
}
