import type { HostForward } from './host-forward.ts';
import { isSamePort, type HostPort } from './host-ports.ts';
import type { Backend } from './net-backend.ts';

/** A client of the network, as QEMU's list `net_clients` has it: a backend, a card, or a port of a hub. */
export interface NetClient {
  readonly name: string;
  /** Its kind, as QEMU names it: `nic`, `user`, `hubport`. */
  readonly type: string;
  /** Model of a card; of another client its kind. */
  readonly model: string;
  /** The end of its line in `info network`; `undefined` if it isn't modelled what that says. */
  readonly info: string | undefined;
  /** Whether it is of `-netdev`, `-nic` or `netdev_add`: it can be deleted then. */
  readonly isNetdev: boolean;
  /** Number of the hub that it is a port of. */
  readonly hub?: number | undefined;
  /** The other end. */
  peer: NetClient | undefined;
  /** Whether it was deleted, and only the card that had it still shows it. */
  deleted: boolean;
  /** Ports of the host that lead to a guest in a user network, newest first. */
  forwards: HostForward[];
  /** Other ports of the host that it has open. */
  readonly ports: readonly HostPort[];
  /** The address that a guest gets first in a user network. */
  readonly guest: number;
}

/** Parts of a {@link NetClient} that are not always given. */
export type NewClient = Pick<NetClient, 'name' | 'type'> &
  Partial<Pick<NetClient, 'model' | 'info' | 'isNetdev' | 'hub' | 'guest' | 'ports'>> & {
    readonly forwards?: readonly HostForward[] | undefined;
  };

/** The network clients of a machine, in QEMU's order. */
export class NetTable {
  #clients: NetClient[] = [];
  /** Hubs, newest first, with their ports, newest first. */
  readonly #hubs: { readonly id: number; readonly ports: NetClient[] }[] = [];
  /** User networks, oldest first. */
  readonly #stacks = new Set<NetClient>();

  /** All of them. */
  list(): readonly NetClient[] {
    return this.#clients;
  }

  /** Hubs, newest first, with their ports, newest first. */
  hubs(): readonly { readonly id: number; readonly ports: readonly NetClient[] }[] {
    return this.#hubs;
  }

  /** User networks, oldest first. */
  stacks(): readonly NetClient[] {
    return [...this.#stacks];
  }

  /** A client of any kind, or `undefined`. */
  find(name: string): NetClient | undefined {
    return this.#clients.find((client) => client.name === name);
  }

  /** A client that isn't a card, or `undefined`. */
  backend(name: string): NetClient | undefined {
    return this.#clients.find((client) => client.name === name && client.type !== 'nic');
  }

  /** A card, or `undefined`. */
  card(name: string): NetClient | undefined {
    return this.#clients.find((client) => client.name === name && client.type === 'nic');
  }

  /** Number of the hub that a client is on; `undefined` if it is on none. */
  hubOf({ hub, peer }: NetClient): number | undefined {
    return hub ?? peer?.hub;
  }

  /** Whether a client has a port of the host that another can't have beside it. */
  isTaken(port: HostPort): boolean {
    // What shares a port may be beside one that began to share it after it was bound.
    if (port.protocol === 'udp' && port.shared === true) return false;
    return [...this.#clients, ...this.#stacks].some(({ forwards, ports }) =>
      [...forwards, ...ports].some((one) => isSamePort(one, port)),
    );
  }

  /** Puts a client at the end. */
  add({
    name,
    type,
    model = type,
    info,
    isNetdev = false,
    hub,
    forwards = [],
    ports = [],
    guest = 0,
  }: NewClient): NetClient {
    const client: NetClient = {
      ...{ name, type, model, info, isNetdev, hub, guest, ports },
      ...{ peer: undefined, deleted: false, forwards: forwards.toReversed() },
    };
    this.#clients.push(client);
    if (type === 'user') this.#stacks.add(client);
    if (hub !== undefined) this.#addPort(hub, client);
    return client;
  }

  /** A backend as `-netdev` makes it; `peer`: what it, as a port of a hub, is connected with. */
  addBackend(
    { name, type, hub, isNetdev = true }: Pick<NewClient, 'name' | 'type' | 'hub' | 'isNetdev'>,
    { info, forwards, ports, guest }: Backend,
    peer?: string,
  ): NetClient {
    const client = this.add({ name, type, hub, isNetdev, info, forwards, ports, guest });
    const other = peer === undefined ? undefined : this.backend(peer);
    if (other !== undefined) connect(client, other);
    return client;
  }

  /** A port of a hub with a name that QEMU makes up. */
  addPort(hub: number): NetClient {
    const count = this.#hubs.find(({ id }) => id === hub)?.ports.length ?? 0;
    return this.add({ name: `hub${hub}port${count}`, type: 'hubport', info: '', hub });
  }

  /** A card in front of a backend, or of none. Without a name, it gets one of QEMU's (`assign_name`). */
  addCard(model: string, mac: string | undefined, name?: string, backend?: NetClient): NetClient {
    const count = this.#clients.filter((other) => other.model === model).length;
    const info = mac === undefined ? undefined : `model=${model},macaddr=${mac}`;
    const card = this.add({ name: name ?? `${model}.${count}`, type: 'nic', model, info });
    if (backend !== undefined && backend.peer === undefined) connect(card, backend);
    return card;
  }

  /**
   * Takes a client away (`qemu_del_net_client`). A card shows the backend that it had until it goes itself.
   *
   * @param isKept - Whether what a card has had is there until then.
   */
  remove(client: NetClient, isKept: boolean): void {
    const { peer } = client;
    drop(this.#clients, client);
    if (peer?.type === 'nic') {
      client.deleted = true;
      if (!isKept) this.#forget(client);
      return;
    }
    if (peer !== undefined) peer.peer = undefined;
    if (peer?.deleted === true) this.#forget(peer);
    this.#forget(client);
  }

  #addPort(id: number, port: NetClient): void {
    let hub = this.#hubs.find((one) => one.id === id);
    if (hub === undefined) {
      hub = { id, ports: [] };
      this.#hubs.unshift(hub);
    }
    hub.ports.unshift(port);
  }

  #forget(client: NetClient): void {
    this.#stacks.delete(client);
    for (const { ports } of this.#hubs) drop(ports, client);
  }
}

function connect(client: NetClient, other: NetClient): void {
  client.peer = other;
  other.peer = client;
}

function drop<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
