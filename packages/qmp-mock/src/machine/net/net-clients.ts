import { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { checkOptions } from '../../engine/schema/check-options.ts';
import type { Schema } from '../../engine/schema/schema.ts';
import {
  commandTable,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import { HmpUsageError, readArguments, signature } from '../hmp/arguments.ts';
import {
  complaintsOf,
  hmpTable,
  notModelledLine,
  type HmpContext,
  type HmpOutput,
  type HmpTable,
} from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { isIdentifier } from '../identifier.ts';
import type { MachineRules } from '../machine-rules.ts';
import { optionValues } from '../setup/option-values.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { BackendContext } from './backend-context.ts';
import { hostPortsOf, lookAtPorts, type LookAtPort, type WhyNotBound } from './host-ports.ts';
import { makeBackend } from './net-backend.ts';
import type { NetFilters } from './net-filters.ts';
import type { NetClient, NetTable } from './net-table.ts';
import { NetdevValues } from './netdev-values.ts';
import { rxFilter } from './rx-filter.ts';
import type { UserForwards } from './user-forwards.ts';

const ROCKER = signature('name:string');
/** Cards that tell of their filters. */
const SHOWS_FILTER = /^virtio-net-/;
/** Members of network backends that may be given again and again. */
const REPEATED: ReadonlySet<string> = new Set(['hostfwd', 'guestfwd', 'dnssearch', 'param']);

/** A device that is a network card. */
export interface NetCard {
  /** The device itself: a name for this one and no other. */
  readonly key: object;
  readonly id: string | undefined;
  readonly model: string;
  readonly mac: string | undefined;
  /** Id of the backend that it was given. */
  readonly netdev: string | undefined;
}

/** Parts of the machine that {@link NetClients} needs. */
export interface NetClientsParts {
  readonly table: NetTable;
  readonly filters: NetFilters;
  readonly forwards: UserForwards;
  readonly backend: BackendContext;
  /** Looks whether ports of the host can be had; left out if the program can't. */
  readonly look: LookAtPort | undefined;
  readonly rules: Pick<MachineRules, 'unlinkedNetdevKept'>;
  readonly schema: Schema;
  readonly setup: Setup;
  /** Ids of network backends in options of the older form. */
  readonly optionIds: Set<string>;
  /** Cards that the command line asks the board for, and that it doesn't make. */
  readonly uncreated: readonly { readonly name: string | undefined; readonly model: string | undefined }[];
  /** The cards that are plugged in, oldest first. */
  readonly cards: () => readonly NetCard[];
  /** A backend is gone: whatever card had it has none. */
  readonly release: (netdev: string) => void;
}

/** Network backends and the cards in front of them (`net/net.c`; `qapi/net.json`, `qapi/rocker.json`). */
export class NetClients implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: NetClientsParts;
  /** Cards of devices, by device. */
  readonly #cards = new Map<object, NetClient>();

  constructor(parts: NetClientsParts) {
    this.#parts = parts;
    const { setup } = parts;
    const noRocker: MachineCommand = (args, call) => {
      if (setup.hasDevice(/^rocker$/)) notModelled(call.name);
      throw genericError(`rocker ${textOf(args, 'name')} not found`);
    };
    this.commands = commandTable({
      netdev_add: (args) => this.#addLooking(NetdevValues.ofArguments(args)),
      netdev_del: (args, call) => this.#remove(textOf(args, 'id'), call.name),
      set_link: (args, call) => {
        const name = textOf(args, 'name');
        if (this.table.find(name) === undefined) this.#refuse(name, call.name);
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
    const synced: HmpTable = new Map(
      [...this.#parts.forwards.hmpCommands()].map(([name, run]) => [
        name,
        (context) => {
          this.#assertKnown(`the human monitor's "${context.line}"`);
          void this.table;
          return run(context);
        },
      ]),
    );
    return new Map([
      ...viaQmp(`
        netdev_del=netdev_del id:string
        set_link=set_link name:string up:switch
        announce_self=announce-self interfaces:string? id:string?
      `),
      ...hmpTable({ netdev_add: (context) => this.#addByLine(context) }),
      ...synced,
    ]);
  }

  infoTopics(): HmpTable {
    return hmpTable({
      network: (context) => {
        this.#assertKnown(`the human monitor's "${context.line}"`);
        return this.#lines();
      },
      usernet: (context) => {
        this.#assertKnown(`the human monitor's "${context.line}"`);
        return this.table.stacks().length === 0 ? [] : this.#parts.forwards.lines();
      },
      rocker: ({ names, rest }) => [
        `Error: rocker ${String(readArguments(names, ROCKER, rest).get('name'))} not found`,
      ],
    });
  }

  /** QEMU's warnings of clients that nothing is connected to (`net_check_clients`). */
  warnings(): readonly string[] {
    const table = this.table;
    const warnings: string[] = [];
    for (const { id, ports } of table.hubs()) {
      for (const { name, peer } of ports)
        if (peer === undefined) warnings.push(`hub port ${name} has no peer`);
      const ends = ports.flatMap(({ peer }) => peer?.type ?? []);
      const hasCard = ends.includes('nic');
      const hasHost = ends.some((type) => type !== 'nic' && type !== 'hubport');
      if (hasHost && !hasCard) warnings.push(`hub ${id} with no nics`);
      if (hasCard && !hasHost) warnings.push(`hub ${id} is not connected to host network`);
    }
    for (const { peer, type, name } of table.list()) {
      if (peer === undefined) warnings.push(`${type === 'nic' ? 'nic' : 'netdev'} ${name} has no peer`);
    }
    for (const { name = 'anonymous', model = 'unspecified' } of this.#parts.uncreated) {
      warnings.push(
        `requested NIC (${name}, model ${model}) was not created (not supported by this machine?)`,
      );
    }
    return warnings;
  }

  /** The clients, after the devices that have come and gone since. */
  get table(): NetTable {
    const { table, cards, rules } = this.#parts;
    const there = cards();
    for (const [key, card] of this.#cards) {
      if (there.some((one) => one.key === key)) continue;
      table.remove(card, rules.unlinkedNetdevKept);
      this.#cards.delete(key);
    }
    for (const { key, id, model, mac, netdev } of there) {
      if (this.#cards.has(key)) continue;
      const backend = netdev === undefined ? undefined : table.backend(netdev);
      this.#cards.set(key, table.addCard(model, mac, id, backend));
    }
    return table;
  }

  #assertKnown(what: string): void {
    this.#parts.setup.require(what, 'network');
  }

  /** Refuses a name, unless it may be that of a client that isn't modelled. */
  #refuse(name: string, what: string): never {
    const { setup } = this.#parts;
    if (setup.mayHaveBeenMade(name)) notModelled(`${what} of ${name}`);
    if (setup.touching('network') !== undefined && setup.mayName(name, 'network')) {
      notModelled(`${what} of ${name}`);
    }
    throw deviceNotFound(name);
  }

  /** Adds a backend, once it has been looked whether the host's ports can be had that it opens. */
  #addLooking(values: NetdevValues): void | Promise<void> {
    const ports = hostPortsOf(values);
    if (ports.length === 0) return this.#add(values, () => undefined);
    return lookAtPorts(ports, this.#parts.look).then((why) => this.#add(values, why));
  }

  /** `netdev_add` (`net_client_init1`). */
  #add(values: NetdevValues, whyNotBound: WhyNotBound): void {
    const { setup, backend } = this.#parts;
    const table = this.table;
    const { type, id = '' } = values;
    if (!isIdentifier(id)) throw genericError("Parameter 'id' expects an identifier");
    if (table.backend(id) !== undefined) throw genericError(`Duplicate ID '${id}'`);
    if (setup.touching('network') !== undefined && setup.mayName(id, 'network')) {
      notModelled(`whether there is a network backend ${id}`);
    }
    const peer = values.get('netdev');
    if (peer !== undefined) {
      if (table.backend(peer) === undefined && setup.mayName(peer)) notModelled(`a port of a hub on ${peer}`);
      if (table.backend(peer)?.peer !== undefined) notModelled(`QEMU's end at a port of a hub on ${peer}`);
    }
    const made = makeBackend(type, values, {
      ...backend,
      whyNotBound: (port) => (table.isTaken(port) ? 'Address already in use' : whyNotBound(port)),
    });
    const hub = type === 'hubport' ? Number(values.get('hubid')) : undefined;
    table.addBackend({ name: id, type, hub }, made, peer);
  }

  /** A line is an option first: QEMU says of its id on standard error what is wrong with it. */
  #addByLine(context: HmpContext): HmpOutput | Promise<HmpOutput> {
    const { schema, optionIds } = this.#parts;
    const values = optionValues(context.rest, 'type');
    const id = values.get('id');
    if (/^(help|\?)(,|$)/.test(context.rest)) notModelledLine(context);
    if (id !== undefined && (!isIdentifier(id) || optionIds.has(id))) throw new HmpUsageError();
    const dict = new QDict();
    for (const [name, value] of values) {
      dict.set(name, REPEATED.has(name) ? [new QDict([['str', value]])] : value);
    }
    if (id === undefined) return ["Error: Parameter 'id' is missing"];
    const refusal = checkOptions(schema, schema.commands.get('netdev_add')?.argType ?? '', dict, 'opts');
    if (refusal !== undefined) return [`Error: ${refusal}`];
    if (/^(stream|dgram)$/.test(values.get('type') ?? '')) notModelledLine(context);
    const given = NetdevValues.ofOption(context.rest);
    return lookAtPorts(hostPortsOf(given), this.#parts.look).then((why) => {
      const complaints = complaintsOf(() => this.#add(given, why));
      if (complaints.length === 0) optionIds.add(id);
      return complaints;
    });
  }

  #remove(id: string, what: string): void {
    const { release, setup, filters, rules, optionIds } = this.#parts;
    const table = this.table;
    const client = table.backend(id);
    if (client === undefined) this.#refuse(id, what);
    if (!client.isNetdev) throw genericError(`Device '${id}' is not a netdev`);
    if (setup.isDoubted(id)) notModelled(`${what} of ${id}`);
    filters.removeAll(client);
    table.remove(client, rules.unlinkedNetdevKept);
    optionIds.delete(id);
    release(id);
  }

  #queryFilter(args: QDict, what: string): readonly unknown[] {
    const table = this.table;
    const { setup } = this.#parts;
    if (!args.has('name')) {
      setup.require(what, 'network');
      return table
        .list()
        .filter(({ type, model }) => type === 'nic' && SHOWS_FILTER.test(model))
        .map((card) => this.#filterOf(card, what));
    }
    const name = textOf(args, 'name');
    const card = table.card(name);
    if (card !== undefined) {
      if (SHOWS_FILTER.test(card.model)) return [this.#filterOf(card, what)];
      throw genericError(`net client(${name}) doesn't support rx-filter querying`);
    }
    if (table.find(name) !== undefined) throw genericError(`net client(${name}) isn't a NIC`);
    const isElsewhere = setup.touching('network') !== undefined && setup.mayName(name, 'network');
    if (isElsewhere || setup.mayHaveBeenMade(name)) notModelled(`${what} of ${name}`);
    throw genericError(`invalid net client name: ${name}`);
  }

  #filterOf({ name, info }: NetClient, what: string): unknown {
    const mac = info?.split(',macaddr=', 2)[1];
    return mac === undefined ? notModelled(`${what} of ${name}`) : rxFilter(name, mac);
  }

  /** Lines of `info network`. */
  #lines(): readonly string[] {
    const table = this.table;
    const lines: string[] = [];
    for (const { id, ports } of table.hubs()) {
      lines.push(`hub ${id}`);
      for (const port of ports) {
        if (port.peer === undefined) lines.push(` \\ ${port.name}`);
        else this.#print(lines, port.peer, ` \\ ${port.name}: `);
      }
    }
    for (const client of table.list()) {
      if (table.hubOf(client) !== undefined) continue;
      const { peer, type } = client;
      if (peer === undefined || type === 'nic') this.#print(lines, client, '');
      if (peer !== undefined && type === 'nic') this.#print(lines, peer, ' \\ ');
    }
    return lines;
  }

  #print(lines: string[], client: NetClient, prefix: string): void {
    const { name, type, info } = client;
    if (info === undefined) notModelled(`the line of ${name} in "info network"`);
    lines.push(`${prefix}${name}: index=0,type=${type},${info}`, ...this.#parts.filters.lines(client));
  }
}
