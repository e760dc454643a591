import type { GivenOption } from '../machine-options.ts';
import type { BusRecord, DeviceRecord } from './device-tree.ts';
import type { ModelTable } from './model-table.ts';

/** Options without which a board has a network card of its own (`system/vl.c`). */
const NETWORK = new Set(['netdev', 'nic', 'net']);
/** Models in whose presence a board makes no graphics card of its own. */
const GRAPHICS =
  /\b(VGA|cirrus-vga|isa-vga|isa-cirrus-vga|vmware-svga|qxl-vga|virtio-vga(-gl)?|ati-vga|vhost-user-vga|bochs-display|secondary-vga)\b/;
const CARDS: Readonly<Record<'network' | 'graphics', ReadonlySet<string>>> = {
  network: new Set(['e1000', 'e1000e']),
  graphics: new Set(['VGA', 'isa-vga']),
};

/**
 * The buses of a board with its default devices, as far as the command line doesn't do without them;
 * `undefined` if boards of this kind weren't recorded.
 */
export function boardBuses(
  models: ModelTable,
  type: string,
  given: readonly GivenOption[],
): readonly BusRecord[] | undefined {
  const defaults = !given.some(({ name }) => name === 'nodefaults');
  const usb = given.some(asksForUsb);
  const buses = models.board(type, defaults, usb);
  if (buses === undefined) return buses;
  const absent = new Set([
    ...(defaults ? absentCards(given) : []),
    ...(given.some(hasNoSata) ? ['ich9-ahci'] : []),
  ]);
  return absent.size === 0 ? buses : buses.map((bus) => without(bus, absent));
}

/** Models of default devices that a command line does without. */
export function absentCards(given: readonly GivenOption[]): ReadonlySet<string> {
  return new Set([
    ...(given.some(({ name }) => NETWORK.has(name)) ? CARDS.network : []),
    ...(given.some(replacesGraphics) ? CARDS.graphics : []),
  ]);
}

function asksForUsb({ name, argument }: GivenOption): boolean {
  if (name === 'usb' || name === 'usbdevice') return true;
  return (name === 'machine' || name === 'M') && /(^|,)usb=(on|yes|true|y)(,|$)/.test(argument);
}

function hasNoSata({ name, argument }: GivenOption): boolean {
  return (name === 'machine' || name === 'M') && /(^|,)sata=(off|no|false|n)(,|$)/.test(argument);
}

function replacesGraphics({ name, argument }: GivenOption): boolean {
  return (name === 'vga' && argument === 'none') || (name === 'device' && GRAPHICS.test(argument));
}

function without(bus: BusRecord, absent: ReadonlySet<string>): BusRecord {
  const { devices = [] } = bus;
  const kept = devices.filter(({ type }) => !absent.has(type));
  return { ...bus, devices: kept.map((device) => below(device, absent)) };
}

function below(device: DeviceRecord, absent: ReadonlySet<string>): DeviceRecord {
  const { buses } = device;
  return buses === undefined ? device : { ...device, buses: buses.map((bus) => without(bus, absent)) };
}
