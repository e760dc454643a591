import type { QValue } from '../../engine/json/value.ts';
import { devicePath, VIRTIO_BACKEND } from '../qdev/device-path.ts';
import type { Bus, Device } from '../qdev/device-tree.ts';
import type { Devices } from '../qdev/devices.ts';
import { givenValue } from '../qom/given-value.ts';
import type { Board } from '../setup/board.ts';
import type { TypeTable } from '../types/type-table.ts';
import { assemble } from '../qom/assemble.ts';
import type { BoardObjects } from './board-objects.ts';
import type { ObjectRecord } from '../qom/object-record.ts';
import type { ObjectTable, Recorded } from '../qom/object-table.ts';
import type { Known, QomObject } from '../qom/qom-object.ts';

/** Properties that a device without a value of its own gets by what is there already. */
const BY_WHAT_IS_THERE = /^(acpi-pcihp-bsel|memaddr|sas_address|scsi-id|lun)$/;
/** Drives that have a serial number by their place. */
const IDE_DRIVE = /^ide-(hd|cd)$/;
/** Properties that tell of the geometry of a disk. */
const GEOMETRY = /^(cyls|heads|secs|bios-chs-trans)$/;
/** Properties that tell of CPUs, of which recordings had one. */
const OF_CPUS = /^(num[-_]queues|vectors|queues)$/;

/** Parts of the machine that {@link MachineObjects} needs. */
export interface MachineObjectsParts {
  /** Gives the version's objects, which are read once they are needed. */
  readonly table: () => ObjectTable;
  readonly types: TypeTable;
  readonly devices: Devices;
  readonly board: Board;
  readonly recorded: BoardObjects;
  /** Geometry of a disk; `undefined` if it isn't known. */
  readonly geometryOf: (device: Device) => Readonly<Record<string, number | string>> | undefined;
  /** The canonical path of an object that a link names. */
  readonly resolve: (path: string) => string | undefined;
}

/** Frame of reference for values inside a device. */
interface Frame {
  /** Path of the device. */
  readonly root: string;
  /** The name that stands in place of a recorded one. */
  readonly rename: (pattern: string) => string;
  /** On which of its own buses the devices inside it are, by their paths. */
  readonly parents: ReadonlyMap<string, string>;
  /** Properties that it doesn't keep, whatever it is given. */
  readonly fixed: ReadonlySet<string>;
}

/** The objects of the machine: those of its board as they were recorded, and those of the devices in it. */
export class MachineObjects {
  readonly #parts: MachineObjectsParts;
  #root: QomObject | undefined;
  /** Buses whose objects have been found. */
  readonly #buses = new Map<Bus, QomObject | undefined>();
  readonly #devices = new Map<Device, QomObject | undefined>();
  /** Number of the first link that a bus got since it was made. */
  readonly #bases = new Map<Bus, number>();

  constructor(parts: MachineObjectsParts) {
    this.#parts = parts;
  }

  /** The object of the machine; `undefined` if its kind wasn't recorded. */
  get root(): QomObject | undefined {
    this.#root ??= this.#build();
    if (this.#root !== undefined) this.#takeEvents(this.#root);
    return this.#root;
  }

  /** The object of a device; `undefined` if no such one was recorded in such a place. */
  objectOf(device: Device): QomObject | undefined {
    if (!this.#devices.has(device)) this.#devices.set(device, this.#buildDevice(device));
    return this.#devices.get(device);
  }

  /** The recording of such a device in such a place. */
  recordOf(device: Device): Recorded | undefined {
    const way = this.wayOf(device);
    return way === undefined ? undefined : this.#parts.table().find(device.type, way);
  }

  /**
   * Its entry in `query-pci`, without its place and what it would have behind it. Behind a port nobody sees
   * it before the guest has run: there it is as on the board's bus, but for virtio without its older form.
   */
  pciOf(device: Device): PciRecord | undefined {
    const own = this.recordOf(device)?.pci;
    if (own !== undefined) return own as PciRecord;
    const table = this.#parts.table();
    const other = (table.find(device.type, 'pcie') ?? table.find(device.type, 'pci'))?.pci as
      | PciRecord
      | undefined;
    const { types } = this.#parts;
    if (other === undefined || !types.is(device.type, 'virtio-pci')) return other;
    const isBehindPort = this.wayOf(device)?.endsWith('port') === true;
    return isBehindPort && device.properties.get('disable-legacy') === undefined ? modern(other) : other;
  }

  /** The kind of place that a device is in, as recordings call it. */
  wayOf({ bus, hotplugged: hot = false }: Device): string | undefined {
    const { types, devices } = this.#parts;
    if (bus?.slots === undefined) return hot ? 'hot' : 'cold';
    const owner = devices.ownerOf(bus);
    if (owner !== undefined && types.is(owner.type, 'pcie-slot')) return hot ? 'hot-port' : 'port';
    if (bus.type === 'PCIE') return hot ? undefined : 'pcie';
    return hot ? 'hot-pci' : 'pci';
  }

  /** Path of the object that is a bus; `undefined` if it isn't known. */
  pathOfBus(bus: Bus): string | undefined {
    return this.#busObject(bus)?.path;
  }

  #build(): QomObject | undefined {
    const record = this.#parts.recorded.record();
    if (record === undefined) return undefined;
    const { types, recorded } = this.#parts;
    const table = this.#parts.table();
    const parents = parentBuses(record.objects, '/machine');
    return assemble(record.objects, '/machine', (path, own) => ({
      types,
      table,
      path,
      root: '/machine',
      name: (pattern) => pattern,
      own: (name, type) => {
        if (name !== 'parent_bus') return recorded.own(path, name, type);
        const parent = parents.get(own);
        return { value: parent === undefined ? '' : `/machine${parent}` };
      },
    }));
  }

  #takeEvents(root: QomObject): void {
    for (const { id, anonymous, bus, ordinal, type, hot, device } of this.#parts.devices.takeEvents()) {
      const place = root.children.get(id === undefined ? 'peripheral-anon' : 'peripheral');
      const path = devicePath({ id, anonymous })!;
      const name = path.slice(path.lastIndexOf('/') + 1);
      const link = bus === undefined ? undefined : this.#linkTo(bus, ordinal);
      if (hot) link?.object.settle();
      if (device === undefined) {
        // One that was refused had been there for a moment.
        if (place?.property(name) === undefined) place?.add(name, child(type, path));
        place?.delete(name);
        if (link !== undefined) {
          if (link.object.property(link.name) === undefined) link.object.add(link.name, linked(type, path));
          link.object.delete(link.name);
        }
        continue;
      }
      place?.add(name, child(device.type, path));
      place?.addLazily(name, () => this.objectOf(device));
      if (link !== undefined) link.object.add(link.name, linked(device.type, path));
    }
  }

  /** The link by which a bus knows a device that came to it. */
  #linkTo(bus: Bus, ordinal: number): { readonly object: QomObject; readonly name: string } | undefined {
    const object = this.#busObject(bus);
    if (object === undefined) return undefined;
    let base = this.#bases.get(bus);
    if (base === undefined) {
      base = object.recordedNames().filter((name) => name.startsWith('child[')).length;
      this.#bases.set(bus, base);
    }
    return { object, name: `child[${base + ordinal}]` };
  }

  #busObject(bus: Bus): QomObject | undefined {
    if (!this.#buses.has(bus)) this.#buses.set(bus, this.#findBus(bus));
    return this.#buses.get(bus);
  }

  #findBus(bus: Bus): QomObject | undefined {
    const owner = this.#parts.devices.hostOf(bus);
    const isIt = ({ type, path }: QomObject): boolean =>
      path.endsWith(`/${bus.name}`) && this.#parts.types.is(type, 'bus');
    if (owner !== undefined) {
      const object = this.objectOf(owner);
      return object === undefined ? undefined : find(object, isIt);
    }
    if (bus.name === 'main-system-bus') return this.#root?.child('unattached')?.child('sysbus');
    return this.#root === undefined ? undefined : find(this.#root, isIt);
  }

  #buildDevice(device: Device): QomObject | undefined {
    const record = this.recordOf(device);
    if (record === undefined) return undefined;
    const { types } = this.#parts;
    const table = this.#parts.table();
    const root = devicePath(device)!;
    const buses = this.#parts.devices.modelOf(device)?.buses ?? [];
    const name = (pattern: string): string => {
      if (!pattern.startsWith('%')) return pattern;
      if (device.id !== undefined) return device.id + pattern.slice(1);
      return device.buses[buses.findIndex((bus) => bus.name === pattern)]?.name ?? pattern;
    };
    const [whole] = record.objects;
    // Some pass their drive on to a device inside them.
    const { needs: [needed = []] = [] } = this.#parts.devices.modelOf(device) ?? {};
    const isKept = !needed.includes('drive') || whole?.[4]?.includes('drive') === true;
    const frame: Frame = {
      root,
      rename: name,
      parents: parentBuses(record.objects, '%'),
      fixed: new Set(isKept ? [] : ['drive']),
    };
    return assemble(
      record.objects,
      root,
      (path, own) => ({
        types,
        table,
        path,
        root,
        name,
        id: own === '' ? device.id : undefined,
        own: (property, type) => this.#ownValue(device, own, property, type, frame),
      }),
      name,
    );
  }

  /** A value that a CPU, or memory, has by its place or by its guest. */
  #placedValue(device: Device, name: string): QValue | undefined {
    const memory = this.#parts.devices.places.memoryOf(device);
    if (memory?.kind === 'virtio-mem' && name === 'size') return memory.taken;
    if (memory?.kind === 'virtio-mem' && name === 'requested-size') return memory.requested;
    return device.placed?.get(name);
  }

  #ownValue(
    device: Device,
    part: string,
    name: string,
    type: string,
    { root, rename, parents, fixed }: Frame,
  ): Known | undefined {
    const given = device.properties.get(name) as QValue | undefined;
    if (part === '' || part === VIRTIO_BACKEND) {
      const placed = this.#placedValue(device, name);
      if (placed !== undefined) return { value: placed };
    }
    if (part === '' && device.scsi !== undefined) {
      if (name === 'scsi-id') return { value: device.scsi.target };
      if (name === 'lun') return { value: device.scsi.lun };
    }
    if (given === undefined && BY_WHAT_IS_THERE.test(name)) return 'unknown';
    // Where memory goes depends on what is there, too.
    if (name === 'addr' && device.bus === undefined) return 'unknown';
    if (name === 'hotplugged') return { value: device.hotplugged === true };
    if (name === 'parent_bus') {
      if (part !== '') {
        const parent = parents.get(part);
        return parent === undefined ? 'unknown' : { value: root + parent.split('/').map(rename).join('/') };
      }
      if (device.bus === undefined) return { value: '' };
      const path = this.pathOfBus(device.bus);
      return path === undefined ? 'unknown' : { value: path };
    }
    if (part === '' && device.devfn !== undefined) {
      if (name === 'addr') return { value: device.devfn };
      if (name === 'legacy-addr') return { value: legacyAddress(device.devfn) };
    }
    if (part !== '' && part !== VIRTIO_BACKEND) return undefined;
    if (name === 'mac' && type === 'str') return device.mac === undefined ? 'unknown' : { value: device.mac };
    if (given === undefined && name === 'serial' && IDE_DRIVE.test(device.type)) {
      return { value: this.#parts.devices.ideSerial(device) };
    }
    if (given === undefined && GEOMETRY.test(name)) {
      const found = this.#parts.geometryOf(device)?.[name];
      if (found !== undefined) return { value: found };
    }
    if (given === undefined || fixed.has(name)) {
      return OF_CPUS.test(name) && this.#parts.board.cpus > 1 ? 'unknown' : undefined;
    }
    if (type.startsWith('link<')) {
      const path = typeof given === 'string' ? this.#parts.resolve(given) : undefined;
      return path === undefined ? 'unknown' : { value: path };
    }
    const value = givenValue(type, name, given);
    return value === undefined ? 'unknown' : { value };
  }
}

/** A device in `query-pci`, as far as its model tells. */
export interface PciRecord {
  readonly class_info: { readonly class: number; readonly desc?: string };
  readonly id: {
    readonly vendor: number;
    readonly device: number;
    readonly 'subsystem-vendor'?: number;
    readonly subsystem?: number;
  };
  readonly irq?: number;
  readonly irq_pin?: number;
  readonly regions?: readonly PciRegion[];
}

/** A region of a device in `query-pci`. */
export interface PciRegion {
  readonly bar: number;
  readonly type: string;
  readonly size: number | bigint;
  readonly prefetch?: boolean;
  readonly mem_type_64?: boolean;
}

/** Ids of virtio devices that have an older form, and those without it. */
const VIRTIO_IDS: ReadonlyMap<number, number> = new Map([
  [0x10_00, 0x10_41],
  [0x10_01, 0x10_42],
  [0x10_02, 0x10_45],
  [0x10_03, 0x10_43],
  [0x10_04, 0x10_48],
  [0x10_05, 0x10_44],
  [0x10_09, 0x10_49],
]);
/** Vendor and product of a virtio device without an older form. */
const VIRTIO = { 'subsystem-vendor': 0x1a_f4, subsystem: 0x11_00 };

/** A virtio device without its older form, which is in its I/O ports. */
function modern(record: PciRecord): PciRecord {
  const device = VIRTIO_IDS.get(record.id.device);
  if (device === undefined) return record;
  const regions = record.regions?.filter(({ type }) => type !== 'io') ?? [];
  return { ...record, id: { ...record.id, ...VIRTIO, device }, regions };
}

const child = (type: string, path: string) =>
  ({ type: `child<${type}>`, value: path, writable: false }) as const;
const linked = (type: string, path: string) =>
  ({ type: `link<${type}>`, value: path, writable: false }) as const;

function legacyAddress(devfn: number): string {
  return `${(devfn >> 3).toString(16).padStart(2, '0')}.${devfn & 7}`;
}

/** On which of a device's own buses the devices inside it are, by their paths. */
function parentBuses(records: readonly ObjectRecord[], root: string): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  for (const [path, , , values = {}] of records) {
    for (const [name, value] of Object.entries(values)) {
      if (!name.startsWith('child[') || typeof value !== 'string') continue;
      parents.set(value.slice(root.length), path);
    }
  }
  return parents;
}

function find(object: QomObject, isIt: (object: QomObject) => boolean): QomObject | undefined {
  if (isIt(object)) return object;
  for (const below of object.children.values()) {
    const found = find(below, isIt);
    if (found !== undefined) return found;
  }
  return undefined;
}
