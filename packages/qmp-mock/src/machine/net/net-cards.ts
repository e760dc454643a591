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
