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
 *
 * @param cards - Models of network cards that the board makes for `-nic` and `-net nic`.
 */
export function boardBuses(
  models: ModelTable,
  type: string,
  given: readonly GivenOption[],
  cards: readonly string[] = [],
): readonly BusRecord[] | undefined {
  const defaults = !given.some(({ name }) => name === 'nodefaults');
  const usb = given.some(asksForUsb);
  const buses = models.board(type, defaults, usb);
  if (buses === undefined) return buses;
  const absent = new Set([
    ...(defaults ? absentCards(given) : []),
    ...(given.some(hasNoSata) ? ['ich9-ahci'] : []),
  ]);
  const kept = absent.size === 0 ? buses : buses.map((bus) => without(bus, absent));
  return cards.length === 0 ? kept : kept.map((bus) => withCards(bus, cards));
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

/** Cards on the board's PCI bus, each in the first slot that is free. */
function withCards(bus: BusRecord, cards: readonly string[]): BusRecord {
  const { devices = [], type } = bus;
  if (type !== 'PCI' && type !== 'PCIE') {
    const inner = devices.map((device) => ({
      ...device,
      ...(device.buses !== undefined && { buses: device.buses.map((one) => withCards(one, cards)) }),
    }));
    return { ...bus, devices: inner };
  }
  const taken = new Set(devices.map(({ addr = '' }) => Number.parseInt(addr, 16)));
  const added = cards.map((card): DeviceRecord => {
    let slot = 0;
    while (taken.has(slot)) slot += 1;
    taken.add(slot);
    return { type: card, addr: `${slot.toString(16).padStart(2, '0')}.0` };
  });
  return { ...bus, devices: [...added.toReversed(), ...devices] };
}

function below(device: DeviceRecord, absent: ReadonlySet<string>): DeviceRecord {
  const { buses } = device;
  return buses === undefined ? device : { ...device, buses: buses.map((bus) => without(bus, absent)) };
}
