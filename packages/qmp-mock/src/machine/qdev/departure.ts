import { devicePath } from './device-path.ts';
import type { Device } from './device-tree.ts';

/** Data of DEVICE_DELETED. */
export interface Deleted {
  readonly device?: string;
  readonly path: string;
}

/**
 * Events DEVICE_DELETED of a device that goes with everything behind it: first the devices on its buses,
 * newest first, then its parts, then itself.
 *
 * @param partsOf - The parts of a model that have events, by their paths below its own; itself is `''`.
 */
export function* departures(
  device: Device,
  partsOf: (model: string) => readonly string[],
): Generator<Deleted> {
  yield* behind(device, device, partsOf);
  const path = devicePath(device) ?? '';
  for (const part of partsOf(device.type)) {
    if (part !== '') yield { path: `${path}/${part}` };
    else if (device.id === undefined) yield { path };
    else yield { device: device.id, path };
  }
}

/** The device itself, and those that users have plugged in behind it. */
export function* withDevicesBehind(device: Device): Generator<Device> {
  for (const { devices } of device.buses) for (const other of devices) yield* withDevicesBehind(other);
  if (devicePath(device) !== undefined) yield device;
}

/** @param owner - The device that a user made, of which the other is a part. */
function* behind(
  owner: Device,
  part: Device,
  partsOf: (model: string) => readonly string[],
): Generator<Deleted> {
  for (const bus of part.buses) {
    for (const [index, device] of bus.devices.entries()) {
      if (devicePath(device) !== undefined) {
        yield* departures(device, partsOf);
        continue;
      }
      yield* behind(owner, device, partsOf);
      // A USB storage device makes its disk by itself.
      if (bus.type === 'SCSI') yield { path: `${devicePath(owner) ?? ''}/${bus.name}/legacy[${index}]` };
    }
  }
}
