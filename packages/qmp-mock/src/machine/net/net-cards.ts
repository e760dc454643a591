import type { Netdevs } from './netdevs.ts';

/** A network card in front of a backend. */
export interface NetCard {
  /** Its name among the network clients: the id of the device, or one that QEMU makes up. */
  readonly name: string;
  /** Its model. */
  readonly model: string;
  /** Id of the backend behind it, if there is one. */
  readonly netdev: string | undefined;
}

/** A device, as far as cards are made from it. */
export interface CardDevice {
  readonly id: string | undefined;
  readonly type: string;
  readonly netdev: string | undefined;
}

/** The cards among the devices, with the names that QEMU gives them (`assign_name` in `net/net.c`). */
export function netCards(devices: readonly CardDevice[]): NetCard[] {
  const counts = new Map<string, number>();
  return devices.map(({ id, type, netdev }) => {
    const count = counts.get(type) ?? 0;
    counts.set(type, count + 1);
    return { name: id ?? `${type}.${count}`, model: type, netdev };
  });
}

/** Backends that lead out of the machine. */
const TO_THE_HOST = /^(user|tap|socket|stream|dgram|vde|vhost-user|vhost-vdpa|af-xdp|l2tpv3|bridge|passt)$/;

/** QEMU's warnings on stderr about clients that aren't connected with anything (`net_check_clients`). */
export function loneClients(netdevs: Netdevs, cards: readonly NetCard[]): string[] {
  const cardOf = new Set(cards.map(({ netdev }) => netdev));
  const warnings: string[] = [];
  const ports = netdevs.list().filter(({ type }) => type === 'hubport');
  for (const hub of new Set(ports.map((port) => port.hub))) {
    const own = ports.filter((port) => port.hub === hub);
    for (const { id, peer } of own) {
      if (peer === undefined && !cardOf.has(id)) warnings.push(`hub port ${id} has no peer`);
    }
    const hasCard = own.some(({ id }) => cardOf.has(id));
    const leadsOut = own.some(({ peer }) => TO_THE_HOST.test(netdevs.find(peer ?? '')?.type ?? ''));
    if (leadsOut && !hasCard) warnings.push(`hub ${hub} with no nics`);
    if (hasCard && !leadsOut) warnings.push(`hub ${hub} is not connected to host network`);
  }
  for (const { id } of netdevs.list()) {
    if (!cardOf.has(id) && !netdevs.isOnHub(id)) warnings.push(`netdev ${id} has no peer`);
  }
  for (const { name, netdev } of cards) if (netdev === undefined) warnings.push(`nic ${name} has no peer`);
  return warnings;
}
