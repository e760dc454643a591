import type { QValue } from '../../engine/json/value.ts';
import type { TypeTable } from '../types/type-table.ts';
import { PciSlots } from './pci-slots.ts';

/** A bus as the recordings describe it: with what is on it, newest first, as QEMU lists it. */
export interface BusRecord {
  /** Its name; `%` stands for the id of the device that makes it. */
  readonly name: string;
  readonly type: string;
  readonly devices?: readonly DeviceRecord[];
  /** Whether devices may come while the machine runs. */
  readonly hot?: boolean;
}

/** A device as the recordings describe it. */
export interface DeviceRecord {
  readonly type: string;
  readonly id?: string;
  /** Slot and function on a PCI bus. */
  readonly addr?: string;
  /** Place on an IDE bus. */
  readonly unit?: number;
  readonly buses?: readonly BusRecord[];
}

/** Place of a device on a SCSI bus. */
export interface ScsiAddress {
  readonly channel: number;
  readonly target: number;
  readonly lun: number;
}

/** A device that is there. */
export interface Device {
  readonly type: string;
  readonly id: string | undefined;
  /** Number of a device that a user made without an id. */
  readonly anonymous?: number | undefined;
  /** Whether it has come while the machine was there. */
  readonly hotplugged?: boolean | undefined;
  readonly bus: Bus | undefined;
  /** Number of devices that came to its bus before it, the board's not among them. */
  readonly ordinal?: number | undefined;
  /** The buses that it makes, newest first. */
  readonly buses: Bus[];
  /** Slot and function on its PCI bus. */
  readonly devfn?: number | undefined;
  /** Place on its IDE or floppy bus. */
  readonly unit?: number | undefined;
  /** Place on its SCSI bus; `undefined` for a device that its controller came with. */
  readonly scsi?: ScsiAddress | undefined;
  /** Port of its USB bus, as QEMU names it; `undefined` if that isn't known. */
  readonly usbPort?: string | undefined;
  /** Its address as a network card. */
  readonly mac?: string | undefined;
  /** Number on its virtio-serial bus. */
  readonly port?: number | undefined;
  /** Its given properties, for later questions. */
  readonly properties: ReadonlyMap<string, unknown>;
  /** Properties that it got by its place, if it's a CPU or memory. */
  readonly placed?: ReadonlyMap<string, QValue> | undefined;
}

/** Number of devices that fit on a bus of these types (`max_dev`); others have no such limit. */
const CAPACITY: Readonly<Record<string, number>> = { 'virtio-bus': 1 };

/** A bus that is there. */
export class Bus {
  readonly name: string;
  readonly type: string;
  readonly hot: boolean;
  /** The devices on it, newest first. */
  readonly devices: Device[] = [];
  /** Those of them that make buses, newest first. */
  readonly bridges: Device[] = [];
  /** Number of devices that have come to it since it was made. */
  arrivals = 0;
  /** Occupants of the slots, on a PCI bus. */
  readonly slots: PciSlots | undefined;
  readonly #capacity: number | undefined;

  constructor(name: string, type: string, hot: boolean, types: TypeTable) {
    this.name = name;
    this.type = type;
    this.hot = hot;
    this.slots = types.is(type, 'PCI') ? new PciSlots() : undefined;
    const kind = Object.keys(CAPACITY).find((limited) => types.is(type, limited));
    this.#capacity = kind === undefined ? undefined : CAPACITY[kind];
  }

  /** Puts a device in the front. */
  add(device: Device): void {
    this.devices.unshift(device);
    if (device.buses.length > 0) this.bridges.unshift(device);
    if (device.devfn !== undefined) this.slots?.take(device.devfn, device);
  }

  /** Takes a device away. */
  remove(device: Device): void {
    drop(this.devices, device);
    drop(this.bridges, device);
    if (device.devfn !== undefined) this.slots?.free(device.devfn);
  }

  get full(): boolean {
    return this.#capacity !== undefined && this.devices.length >= this.#capacity;
  }
}

/** The buses of a machine with the devices on them (`qdev`), and the devices that are on no bus. */
export class DeviceTree {
  readonly #types: TypeTable;
  readonly #roots: Bus[] = [];
  /** Devices on no bus, newest first. */
  readonly #busless: Device[] = [];
  /** Numbers for buses of devices that have no id, by type. */
  readonly #numbers = new Map<string, number>();
  /** The device that makes a bus. */
  readonly #owners = new Map<Bus, Device>();
  readonly #ids = new Set<string>();

  /**
   * @param types - The version's types, those of buses among them.
   * @param roots - The board's initial buses.
   */
  constructor(types: TypeTable, roots: readonly BusRecord[]) {
    this.#types = types;
    for (const record of roots) this.#roots.push(this.#build(record, undefined));
  }

  /** The board's buses. */
  get roots(): readonly Bus[] {
    return this.#roots;
  }

  /** Devices on no bus, newest first. */
  get busless(): readonly Device[] {
    return this.#busless;
  }

  /** Every device, those of the board, too. */
  *devices(): Generator<Device> {
    for (const bus of this.#roots) yield* devicesBelow(bus);
    yield* this.#busless;
    for (const { buses } of this.#busless) for (const bus of buses) yield* devicesBelow(bus);
  }

  /**
   * Every bus, in the order in which ACPI numbers those of PCI: a bus, then those behind its newest device.
   */
  *buses(): Generator<Bus> {
    for (const bus of this.#roots) yield* busesBelow(bus);
    for (const { buses } of this.#busless) for (const bus of buses) yield* busesBelow(bus);
  }

  /** The device that makes a bus. */
  ownerOf(bus: Bus): Device | undefined {
    return this.#owners.get(bus);
  }

  /** Whether a device has that id. */
  hasId(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The bus with that name, which may be anywhere (`qbus_find`). */
  bus(name: string): Bus | undefined {
    return this.#search((bus) => bus.name === name);
  }

  /** A bus that a device of that bus type could go on: a free one if there is one (`qbus_find_recursive`). */
  busFor(type: string): Bus | undefined {
    return this.#search((bus) => this.#types.is(bus.type, type));
  }

  /** Puts a device on a bus, with the buses that it makes. */
  add(device: Omit<Device, 'buses'>, buses: readonly BusRecord[]): Device {
    const added: Device = { ...device, buses: [] };
    const hotplug = !isOff(device.properties.get('hotplug'));
    for (const record of buses) {
      added.buses.push(this.#build({ ...record, hot: hotplug && record.hot === true }, device.id));
    }
    if (device.bus === undefined) this.#busless.unshift(added);
    else device.bus.add(added);
    this.#note(added);
    return added;
  }

  /** Takes a device away, with everything behind it. */
  remove(device: Device): void {
    if (device.bus === undefined) drop(this.#busless, device);
    else device.bus.remove(device);
    this.#forget(device);
    for (const bus of device.buses) for (const below of devicesBelow(bus)) this.#forget(below);
  }

  #note(device: Device): void {
    if (device.id !== undefined) this.#ids.add(device.id);
    for (const bus of device.buses) this.#owners.set(bus, device);
  }

  #forget(device: Device): void {
    if (device.id !== undefined) this.#ids.delete(device.id);
    for (const bus of device.buses) this.#owners.delete(bus);
  }

  /**
   * Goes through the buses in QEMU's order: a bus, then what is behind its newest device. A full one is the
   * second choice.
   */
  #search(fits: (bus: Bus) => boolean): Bus | undefined {
    let second: Bus | undefined;
    const visit = (bus: Bus): Bus | undefined => {
      if (fits(bus)) {
        if (!bus.full) return bus;
        second ??= bus;
      }
      for (const device of bus.bridges) {
        for (const below of device.buses) {
          const found = visit(below);
          if (found !== undefined) return found;
        }
      }
      return undefined;
    };
    for (const root of this.#roots) {
      const found = visit(root);
      if (found !== undefined) return found;
    }
    return second;
  }

  #build(record: BusRecord, id: string | undefined): Bus {
    const { name, type, devices = [], hot = false } = record;
    const bus = new Bus(this.#nameOf(name, type, id), type, hot, this.#types);
    // Recorded newest first; the oldest is put there first.
    for (const { type: model, addr, unit, buses = [], id: own } of devices.toReversed()) {
      const device: Device = {
        type: model,
        id: own,
        bus,
        buses: buses.map((below) => this.#build(below, id)),
        devfn: addr === undefined ? undefined : parseAddress(addr),
        unit,
        properties: new Map(),
      };
      bus.add(device);
      this.#note(device);
    }
    this.#count(bus);
    return bus;
  }

  /** A bus takes the id of its device; without one, its type and the next number (`qbus_init_internal`). */
  #nameOf(pattern: string, type: string, id: string | undefined): string {
    if (!pattern.includes('%')) return pattern;
    if (id !== undefined) return pattern.replace('%', () => id);
    const kind = type.toLowerCase();
    return `${kind}.${this.#numbers.get(kind) ?? 0}`;
  }

  #count({ name, type }: Bus): void {
    const kind = type.toLowerCase();
    const [, number] = /\.(\d+)$/.exec(name) ?? [];
    if (number !== undefined && name.startsWith(`${kind}.`)) this.#numbers.set(kind, Number(number) + 1);
  }
}

function drop<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}

/** A value of a switch, as JSON or as text. */
const isOff = (value: unknown): boolean => value === false || /^(off|no|false|n)$/.test(String(value));

function* busesBelow(bus: Bus): Generator<Bus> {
  yield bus;
  for (const { buses } of bus.bridges) for (const below of buses) yield* busesBelow(below);
}

function* devicesBelow(bus: Bus): Generator<Device> {
  for (const device of bus.devices) {
    yield device;
    for (const below of device.buses) yield* devicesBelow(below);
  }
}

/** Slot and function as `info qtree` prints them: `1f.3`, in hexadecimal. */
function parseAddress(text: string): number {
  const [slot = '0', part = '0'] = text.split('.');
  return (Number.parseInt(slot, 16) << 3) | Number.parseInt(part, 16);
}
