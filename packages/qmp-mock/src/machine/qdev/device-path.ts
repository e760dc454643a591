import type { Device } from './device-tree.ts';

/** The place of devices with an id. */
export const PERIPHERAL = '/machine/peripheral/';
/** The place of devices that users made without an id. */
const ANONYMOUS = '/machine/peripheral-anon/';

/** The path of a device that a user made (`qdev_set_id`), or `undefined` for one that another device made. */
export function devicePath({ id, anonymous }: Pick<Device, 'id' | 'anonymous'>): string | undefined {
  if (id !== undefined) return `${PERIPHERAL}${id}`;
  return anonymous === undefined ? undefined : `${ANONYMOUS}device[${anonymous}]`;
}

/** The part of a virtio device that is the same on every bus, and has its properties. */
export const VIRTIO_BACKEND = '/virtio-backend';
