import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';
import type { Bus, Device } from './device-tree.ts';

/** How many ports the controllers have, by a part of their names. */
const PORTS: readonly (readonly [RegExp, number])[] = [
  [/xhci/, 4],
  [/uhci/, 2],
  [/ehci/, 6],
  [/ohci/, 3],
];

/**
 * Finds the port of a device on a USB bus (`usb_claim_port` in `hw/usb/bus.c`): the one that is asked for, or
 * the first that is free. Throws QEMU's refusal.
 *
 * @param controller - The device that makes the bus.
 * @param asked - The port that is asked for, as text.
 */
export function placeOnUsb(bus: Bus, controller: Device | undefined, asked: unknown): string | undefined {
  const ports = portsOf(controller);
  const taken = new Set(bus.devices.map(({ usbPort }) => usbPort));
  const free = ports?.filter((port) => !taken.has(port)) ?? [];
  if (asked === undefined) {
    // The last port is for a hub, which makes ports that aren't numbered here.
    return free.length > 1 ? free[0] : undefined;
  }
  const port = typeof asked === 'string' ? asked : '';
  if (taken.has(port) || (ports !== undefined && /^\d+$/.test(port) && !ports.includes(port))) {
    throw genericError(`usb port ${port} (bus ${bus.name}) not found (in use?)`);
  }
  if (!free.includes(port) || taken.has(undefined)) notModelled(`port ${port} of USB bus ${bus.name}`);
  return port;
}

function portsOf(controller: Device | undefined): string[] | undefined {
  if (controller === undefined) return undefined;
  const { type, properties } = controller;
  const usual = PORTS.find(([name]) => name.test(type))?.[1];
  if (usual === undefined) return undefined;
  const given = ['p2', 'p3'].map((name) => Number(properties.get(name) ?? usual));
  const count = /xhci/.test(type) ? Math.max(...given) : usual;
  return Array.from({ length: count }, (_, index) => `${index + 1}`);
}
