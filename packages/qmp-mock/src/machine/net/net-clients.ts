import {
  commandTable,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import { readArguments, signature } from '../hmp/arguments.ts';
import { always, hmpTable, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { Subsystem } from '../subsystem.ts';

const noRocker: MachineCommand = (args) => {
  throw genericError(`rocker ${textOf(args, 'name')} not found`);
};
const ROCKER = signature('name:string');

/** Network backends and the devices in front of them (`qapi/net.json`, `qapi/rocker.json`). There is none. */
export class NetClients implements Subsystem {
  readonly commands: CommandTable = commandTable({
    netdev_del: (args) => {
      throw deviceNotFound(textOf(args, 'id'));
    },
    set_link: (args) => {
      throw deviceNotFound(textOf(args, 'name'));
    },
    'query-rx-filter': (args) => {
      if (args.has('name')) throw genericError(`invalid net client name: ${textOf(args, 'name')}`);
      return [];
    },
    'announce-self': () => undefined,
    'query-rocker': noRocker,
    'query-rocker-ports': noRocker,
    'query-rocker-of-dpa-flows': noRocker,
    'query-rocker-of-dpa-groups': noRocker,
  });

  hmpCommands(): HmpTable {
    return viaQmp(`
      netdev_del=netdev_del id:string
      set_link=set_link name:string up:switch
      announce_self=announce-self interfaces:string? id:string?
    `);
  }

  infoTopics(): HmpTable {
    return hmpTable({
      network: always(),
      rocker: ({ names, rest }) => [
        `Error: rocker ${String(readArguments(names, ROCKER, rest).get('name'))} not found`,
      ],
    });
  }
}
