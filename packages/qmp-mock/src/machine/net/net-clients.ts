import { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import {
  commandTable,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import { readArguments, signature } from '../hmp/arguments.ts';
import { complaintsOf, hmpTable, notModelledLine, type HmpContext, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import { optionValues } from '../setup/option-values.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { NetCard } from './net-cards.ts';
import type { Netdevs } from './netdevs.ts';

const ROCKER = signature('name:string');
/** Members with which a backend of these kinds is made, whatever the host is like. */
const PLAIN: Readonly<Record<string, ReadonlySet<string>>> = {
  user: new Set(['id', 'type', 'restrict']),
  hubport: new Set(['id', 'type', 'hubid', 'netdev']),
};
/** Cards that tell of their filters. */
const SHOWS_FILTER = /^virtio-net-/;

/** Parts of the machine that {@link NetClients} needs. */
export interface NetClientsParts {
  readonly netdevs: Netdevs;
  readonly setup: Setup;
  /** The cards that are plugged in. */
  readonly cards: () => readonly NetCard[];
  /** A backend is gone: whatever card had it has none. */
  readonly release: (netdev: string) => void;
}

/** Network backends and the cards in front of them (`net/net.c`; `qapi/net.json`, `qapi/rocker.json`). */
export class NetClients implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: NetClientsParts;

  constructor(parts: NetClientsParts) {
    this.#parts = parts;
    const { setup } = parts;
    const noRocker: MachineCommand = (args, call) => {
      if (setup.hasDevice(/^rocker$/)) notModelled(call.name);
      throw genericError(`rocker ${textOf(args, 'name')} not found`);
    };
    this.commands = commandTable({
      netdev_add: (args) => this.#add(args),
      netdev_del: (args, call) => this.#remove(textOf(args, 'id'), call.name),
      set_link: (args, call) => {
        const name = textOf(args, 'name');
        if (!this.#isClient(name)) this.#refuse(name, call.name);
      },
      'query-rx-filter': (args, call) => this.#queryFilter(args, call.name),
      'announce-self': () => undefined,
      'query-rocker': noRocker,
      'query-rocker-ports': noRocker,
      'query-rocker-of-dpa-flows': noRocker,
      'query-rocker-of-dpa-groups': noRocker,
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp(`
        netdev_del=netdev_del id:string
        set_link=set_link name:string up:switch
        announce_self=announce-self interfaces:string? id:string?
      `),
      ...hmpTable({ netdev_add: (context) => this.#addByLine(context) }),
    ]);
  }

  infoTopics(): HmpTable {
    const { netdevs, cards, setup } = this.#parts;
    return hmpTable({
      network: (context) => {
        if (netdevs.list().length > 0 || cards().length > 0) notModelledLine(context);
        setup.require(`the human monitor's "${context.line}"`, 'network');
        return [];
      },
      rocker: ({ names, rest }) => [
        `Error: rocker ${String(readArguments(names, ROCKER, rest).get('name'))} not found`,
      ],
    });
  }

  #isClient(name: string): boolean {
    const { netdevs, cards } = this.#parts;
    return netdevs.find(name) !== undefined || cards().some((card) => card.name === name);
  }

  /** Refuses a name, unless it may be that of a client of `-net`, of `-nic`, or of the board. */
  #refuse(name: string, what: string): never {
    const { setup } = this.#parts;
    if (setup.mayHaveBeenMade(name)) notModelled(`${what} of ${name}`);
    if (setup.touching('network') !== undefined && setup.mayName(name, 'network')) {
      notModelled(`${what} of ${name}`);
    }
    throw deviceNotFound(name);
  }

  /** `netdev_add` (`net_client_init1`). */
  #add(args: QDict): void {
    const { netdevs, setup, cards } = this.#parts;
    const [id, type] = [textOf(args, 'id'), textOf(args, 'type')];
    if (!isIdentifier(id)) throw genericError("Parameter 'id' expects an identifier");
    if (netdevs.find(id) !== undefined) throw genericError(`Duplicate ID '${id}'`);
    if (setup.touching('network') !== undefined && setup.mayName(id, 'network')) {
      notModelled(`whether there is a network backend ${id}`);
    }
    const known = PLAIN[type];
    if (known === undefined || [...args.keys()].some((name) => !known.has(name))) {
      notModelled(`a network backend ${type} like this`);
    }
    const peer = args.get('netdev');
    if (typeof peer === 'string') {
      const other = netdevs.find(peer);
      if (other === undefined && !setup.mayName(peer)) throw genericError(`netdev '${peer}' not found`);
      const isTaken = netdevs.isOnHub(peer) || cards().some(({ netdev }) => netdev === peer);
      if (other?.type !== 'user' || isTaken) notModelled(`a port of a hub on ${peer}`);
    }
    netdevs.add(args);
  }

  #addByLine(context: HmpContext): readonly string[] {
    const values = optionValues(context.rest, 'type');
    if (context.rest === '' || !values.has('id')) return ["Error: Parameter 'id' is missing"];
    const args = new QDict([...values]);
    const id = values.get('id') ?? '';
    const known = PLAIN[values.get('type') ?? ''];
    if (!isIdentifier(id) || known === undefined || [...values.keys()].some((name) => !known.has(name))) {
      notModelledLine(context);
    }
    if (this.#parts.netdevs.find(id) !== undefined) notModelledLine(context);
    if (values.get('type') === 'hubport' && !/^\d+$/.test(values.get('hubid') ?? ''))
      notModelledLine(context);
    return complaintsOf(() => context.qmp('netdev_add', args));
  }

  #remove(id: string, what: string): void {
    const { netdevs, release, setup } = this.#parts;
    if (netdevs.find(id) === undefined) this.#refuse(id, what);
    if (setup.isDoubted(id)) notModelled(`${what} of ${id}`);
    netdevs.remove(id);
    release(id);
  }

  #queryFilter(args: QDict, what: string): readonly never[] {
    const { netdevs, cards, setup } = this.#parts;
    if (!args.has('name')) {
      setup.require(what, 'network');
      if (cards().some(({ model }) => SHOWS_FILTER.test(model))) notModelled(`${what} of virtio-net`);
      return [];
    }
    const name = textOf(args, 'name');
    const card = cards().find((item) => item.name === name);
    if (card !== undefined) {
      if (SHOWS_FILTER.test(card.model)) notModelled(`${what} of virtio-net`);
      throw genericError(`net client(${name}) doesn't support rx-filter querying`);
    }
    if (netdevs.find(name) !== undefined) throw genericError(`net client(${name}) isn't a NIC`);
    const isElsewhere = setup.touching('network') !== undefined && setup.mayName(name, 'network');
    if (isElsewhere || setup.mayHaveBeenMade(name)) notModelled(`${what} of ${name}`);
    throw genericError(`invalid net client name: ${name}`);
  }
}
