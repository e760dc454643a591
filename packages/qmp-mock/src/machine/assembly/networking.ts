import { fromPlain } from '../../engine/json/plain.ts';
import type { QDict } from '../../engine/json/value.ts';
import { schemaOf } from '../../engine/schema/schema.ts';
import type { Chardevs } from '../chardev/chardevs.ts';
import type { BackendContext } from '../net/backend-context.ts';
import { InitialNetwork } from '../net/initial-network.ts';
import { NetClients, type NetCard } from '../net/net-clients.ts';
import { NetFilters } from '../net/net-filters.ts';
import { NetTable } from '../net/net-table.ts';
import { UserForwards } from '../net/user-forwards.ts';
import type { Devices } from '../qdev/devices.ts';
import { claimChardevs } from '../qom/objects.ts';
import type { QomTree } from '../qom/qom-tree.ts';
import type { UserObjects } from '../qom/user-objects.ts';
import type { Subsystem } from '../subsystem.ts';
import { fileAccess, type AssemblyContext } from './context.ts';

/** Parts of the machine that {@link Networking} needs. */
export interface NetworkingParts {
  readonly chardevs: Chardevs;
  readonly objects: UserObjects;
  readonly devices: () => Devices;
  readonly tree: () => QomTree;
  readonly hasDescriptor: (name: string) => boolean;
}

/** The networks of a machine: backends, cards, and the filters between them. */
export class Networking {
  /** The networks and cards of the command line. */
  readonly initial: InitialNetwork;
  readonly filters: NetFilters;
  readonly subsystems: readonly Subsystem[];
  readonly #clients: NetClients;

  constructor(context: AssemblyContext, parts: NetworkingParts) {
    const { profile, rules, options, given, host, board, setup } = context;
    const { chardevs, devices, hasDescriptor } = parts;
    const table = new NetTable();
    const { whyNotOpened, whyNotWritable } = fileAccess(host);
    const backend: BackendContext = {
      rules,
      chardevKind: (id) => {
        const info = chardevs.find(id);
        return info === undefined ? undefined : (info.kind ?? 'socket');
      },
      hasDescriptor,
      hasClient: (name) => table.backend(name) !== undefined,
      whyNotOpened,
      whyNotWritable,
    };
    this.initial = new InitialNetwork(
      {
        given,
        defaultModel: board.family?.networkCard?.(board.type),
        hasDefaults: setup.hasDefaultDevices,
        backend: { ...backend, hasDescriptor: undefined, whyNotWritable: undefined },
      },
      table,
    );
    this.filters = new NetFilters({
      table,
      hasChardev: (id) => chardevs.find(id) !== undefined,
      isFreeChardev: (id) => {
        const info = chardevs.find(id);
        return info !== undefined && !chardevs.isBusy(info) && !devices().uses('chardev', id);
      },
      whyNotWritable,
      dumpRefusal: rules.filterDumpRefusal,
      propertiesOf: (id) => {
        const path = `/objects/${id}`;
        const tree = parts.tree();
        return tree.list(path).map(({ name }) => [name, tree.property(path, name)?.value]);
      },
      remove: (id) => {
        parts.objects.remove(id);
        chardevs.release(id);
        parts.tree().removed('/objects', id);
      },
    });
    for (const { type, id, properties } of options.objects ?? []) {
      const values = fromPlain(properties ?? {}) as QDict;
      this.filters.add(type, id, values);
      claimChardevs(chardevs, type, id, values);
    }
    const look = host.whyNotBound;
    this.#clients = new NetClients({
      table,
      filters: this.filters,
      forwards: new UserForwards(table, look),
      look,
      backend,
      rules,
      schema: schemaOf(profile),
      setup,
      optionIds: this.initial.optionIds,
      uncreated: this.initial.uncreated,
      cards: () => cardsOf(devices()),
      release: (id) => devices().unlink(id),
    });
    this.subsystems = [this.#clients];
  }

  /** Backends and the cards that are plugged in, by name. */
  get table(): NetTable {
    return this.#clients.table;
  }

  /** QEMU's warnings of network clients that nothing is connected to. */
  get warnings(): readonly string[] {
    return this.#clients.warnings();
  }
}

/** The network cards that are plugged in. */
function cardsOf(devices: Devices): NetCard[] {
  return devices.taking('netdev').map(({ device, backend }) => {
    const { id, type, mac } = device;
    return { key: device, id, model: type, mac, netdev: backend };
  });
}
