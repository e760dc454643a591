import type { Bus, Device } from './internals.ts';

/** A line of the device tree. */
export interface TreeRow {
  readonly key: string;
  readonly depth: number;
  readonly kind: 'bus' | 'device';
  readonly name: string;
  /** The device's id, or the bus's type. */
  readonly detail: string;
  readonly hotplugged: boolean;
}

/** The lines of a device tree, as it is drawn. Buses without a device are left out, but for the board's. */
export function deviceRows({
  roots,
  busless,
}: {
  readonly roots: readonly Bus[];
  readonly busless: readonly Device[];
}): TreeRow[] {
  const rows: TreeRow[] = [];
  const addBus = (bus: Bus, depth: number, path: string): void => {
    const key = `${path}/${bus.name}`;
    rows.push({ key, depth, kind: 'bus', name: bus.name, detail: bus.type, hotplugged: false });
    // The newest comes first; people read from the oldest.
    for (const [number, device] of bus.devices.toReversed().entries()) {
      addDevice(device, depth + 1, `${key}/${number}`);
    }
  };
  const addDevice = (device: Device, depth: number, path: string): void => {
    const { type, id = '', hotplugged = false, buses } = device;
    rows.push({ key: `${path}:${type}:${id}`, depth, kind: 'device', name: type, detail: id, hotplugged });
    for (const bus of buses.toReversed()) if (bus.devices.length > 0) addBus(bus, depth + 1, path);
  };
  for (const bus of roots) addBus(bus, 0, '');
  for (const [number, device] of busless.toReversed().entries()) addDevice(device, 0, `-/${number}`);
  return rows;
}
