import {
  commandTable,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import type { Netdevs } from './netdevs.ts';
import { readArguments, signature } from '../hmp/arguments.ts';
import { always, hmpTable, unlessTouched, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

const ROCKER = signature('name:string');

/** Parts of {@link NetClients}. */
export interface NetClientsParts {
  readonly setup: Setup;
  readonly netdevs: Netdevs;
  /** A network backend goes: a card that has it goes on without one. */
  readonly unlink: (netdev: string) => void;
}

/** Network backends and the devices in front of them (`qapi/net.json`, `qapi/rocker.json`). */
export class NetClients implements Subsystem {
  readonly commands: CommandTable;
  readonly #setup: Setup;

  constructor({ setup, netdevs, unlink }: NetClientsParts) {
    this.#setup = setup;
    const refuse =
      (member: string): MachineCommand =>
      (args, call) => {
        const id = textOf(args, member);
        if (setup.mayName(id, 'network')) notModelled(`${call.name} of ${id}`);
        throw deviceNotFound(id);
      };
    const noRocker: MachineCommand = (args, call) => {
      if (setup.hasDevice(/^rocker$/)) notModelled(call.name);
      throw genericError(`rocker ${textOf(args, 'name')} not found`);
    };
    this.commands = commandTable({
      netdev_add: (args) => {
        netdevs.add(args);
        setup.touch('netdev_add', 'network');
      },
      netdev_del: (args, call) => {
        const id = textOf(args, 'id');
        if (netdevs.hasGone(id)) throw deviceNotFound(id);
        if (!netdevs.has(id)) return refuse('id')(args, call);
        netdevs.remove(id);
        unlink(id);
        return undefined;
      },
      set_link: refuse('name'),
      'query-rx-filter': (args, call) => {
        const name = textOf(args, 'name');
        if (!args.has('name')) setup.require(call.name, 'network');
        else if (setup.mayName(name, 'network')) notModelled(`${call.name} of ${name}`);
        else throw genericError(`invalid net client name: ${name}`);
        return [];
      },
      'announce-self': () => undefined,
      'query-rocker': noRocker,
      'query-rocker-ports': noRocker,
      'query-rocker-of-dpa-flows': noRocker,
      'query-rocker-of-dpa-groups': noRocker,
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp(`
      netdev_del=netdev_del id:string
      set_link=set_link name:string up:switch
      announce_self=announce-self interfaces:string? id:string?
    `);
  }

  infoTopics(): HmpTable {
    return hmpTable({
      network: unlessTouched(this.#setup, ['network'], always()),
      rocker: ({ names, rest }) => [
        `Error: rocker ${String(readArguments(names, ROCKER, rest).get('name'))} not found`,
      ],
    });
  }
}
