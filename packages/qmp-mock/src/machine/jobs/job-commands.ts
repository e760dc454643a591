import { notModelled } from '../../engine/not-modelled.ts';
import { commandTable, deviceNotFound, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import type { HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

/** The nodes that jobs work on. */
export interface NodeLookup {
  /** Finds a node by the name of either a device or a node; throws QEMU's refusal. */
  lookup(device: string, node: string): unknown;
  /** Whether there is a node of that name. */
  has(name: string): boolean;
}

/** Commands that start jobs. */
export class JobCommands implements Subsystem {
  readonly commands: CommandTable;

  constructor(nodes: NodeLookup, setup: Setup) {
    const onNode: MachineCommand = (args, call) => {
      const device = textOf(args, 'device');
      nodes.lookup(device, device);
      return notModelled(`${call.name} on a node`);
    };
    this.commands = commandTable({
      'block-commit': (args, call) => {
        const device = textOf(args, 'device');
        if (nodes.has(device) || setup.mayName(device, 'drives', 'nodes'))
          notModelled(`${call.name} on ${device}`);
        throw deviceNotFound(device);
      },
      'block-stream': onNode,
      'blockdev-backup': onNode,
      'blockdev-mirror': onNode,
      'drive-backup': onNode,
      'drive-mirror': onNode,
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp(`
      block_stream=block-stream device:device speed:number? base:string?
      drive_mirror=drive-mirror -n -f device:device target:string format:string?
      drive_backup=drive-backup -n -f -c device:device target:string format:string?
    `);
  }
}
