import type { TreeBus, TreeDevice } from './qtree.ts';

/** Tells whether devices may come to a bus while the machine runs. */
export type IsHot = (bus: TreeBus) => boolean;

/** How a bus is recorded: `machine/qdev/device-tree.ts` reads it. */
export interface RecordedBus {
  readonly name: string;
  readonly type: string;
  readonly hot?: true;
  readonly devices?: readonly RecordedDevice[];
}

/** How a device on a bus is recorded. */
export interface RecordedDevice {
  readonly type: string;
  readonly id?: string;
  readonly addr?: string;
  readonly unit?: number;
  readonly buses?: readonly RecordedBus[];
}

/**
 * Records a bus with what is on it.
 *
 * @param id - The id of the device that is recorded: in the names of its buses `%` stands for it. A board has
 *   none; of its devices only those count that make buses or are in the way of others.
 */
export function recordBus(bus: TreeBus, isHot: IsHot, id?: string): RecordedBus {
  const devices = bus.devices
    .map((device) => recordDevice(device, isHot, id))
    .filter((device) => id !== undefined || matters(device));
  const isOwn = id !== undefined && (bus.name === id || bus.name.startsWith(`${id}.`));
  return {
    name: isOwn ? `%${bus.name.slice(id.length)}` : bus.name,
    type: bus.type,
    ...(isHot(bus) && { hot: true }),
    ...(devices.length > 0 && { devices }),
  };
}

function recordDevice(device: TreeDevice, isHot: IsHot, id?: string): RecordedDevice {
  const addr = device.properties.get('addr');
  const unit = device.properties.get('unit');
  const buses = device.buses.map((bus) => recordBus(bus, isHot, id));
  return {
    type: device.type,
    ...(device.id !== '' && { id: device.id }),
    ...(addr !== undefined && { addr }),
    ...(unit !== undefined && { unit: Number.parseInt(unit, 10) }),
    ...(buses.length > 0 && { buses }),
  };
}

function matters({ addr, unit, buses }: RecordedDevice): boolean {
  return addr !== undefined || unit !== undefined || buses !== undefined;
}
