import { notModelled } from '../../engine/not-modelled.ts';
import { hmpTable, notModelledLine, type HmpTable } from '../hmp/command.ts';
import { devicePath } from '../qdev/device-path.ts';
import type { Bus, BusRecord, Device } from '../qdev/device-tree.ts';
import type { Devices } from '../qdev/devices.ts';
import type { QomObject } from '../qom/qom-object.ts';
import type { Board } from '../setup/board.ts';
import type { Subsystem } from '../subsystem.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { BoardObjects } from './board-objects.ts';
import type { MachineObjects, PciRecord } from './machine-objects.ts';
import type { RecordedScope } from './qom-scope.ts';
import { shownValue } from './qtree-value.ts';

/** Parts of the machine that {@link QtreeView} needs. */
export interface QtreeViewParts {
  readonly board: Board;
  readonly types: TypeTable;
  readonly devices: Devices;
  readonly objects: MachineObjects;
  readonly recorded: BoardObjects;
  readonly scope: Pick<RecordedScope, 'requireList' | 'requireBuses'>;
  /** Whether USB is the board's, so that buses have other numbers. */
  readonly hasUsbBeside: () => boolean;
  /** Whether the guest has not run yet: firmware places regions. */
  readonly isUntouched: () => boolean;
}

/** Steps of indentation. */
const STEP = 2;
/** Line of a USB device: the number of its bus, its address there, its port. */
const USB = /^=addr 0\.0, port [^,]*, (.*)$/;
/** Line of a port on a virtio-serial bus. */
const SERIAL_PORT = /^=port \d+, guest off, host off, throttle off$/;
/** Line of the board that tells its memory, of which recordings had this much. */
const LOW_MEMORY = /^( *below-4g-mem-size) = 134217728 \(128 MiB\)$/;
const RECORDED_MEMORY = 134_217_728;
/** Less than this stays below the hole for devices. */
const MOST_LOW_MEMORY = 2 * 1024 ** 3;
/** Type of a property that is a list. */
const LIST = /List$|^list$/;
/** Links of the board to devices that stand behind its CPUs. */
const BEHIND_CPUS = /\/unattached\/device\[/;

/** Buses and devices as `info qtree` shows them: the board's as recorded, the others in their places. */
export class QtreeView implements Subsystem {
  readonly #parts: QtreeViewParts;

  constructor(parts: QtreeViewParts) {
    this.#parts = parts;
  }

  infoTopics(): HmpTable {
    return hmpTable({
      qtree: (context) => {
        const { recorded, scope, isUntouched, devices } = this.#parts;
        const record = recorded.record();
        if (record === undefined || !isUntouched()) return notModelledLine(context);
        scope.requireBuses(`"${context.line}"`);
        for (const device of devices.plugged) scope.requireList(devicePath(device)!);
        return this.#boardLines(record.tree.filter((line) => line !== ''));
      },
    });
  }

  #boardLines(recorded: readonly string[]): string[] {
    const { board, devices } = this.#parts;
    if (board.cpus > 1 && recorded.some((line) => BEHIND_CPUS.test(line)))
      notModelled('info qtree of several CPUs');
    let bus: Bus | undefined;
    return recorded.flatMap((line) => {
      const own = line.trimStart();
      const indent = line.length - own.length;
      const [, name] = /^bus: (.*)$/.exec(own) ?? [];
      if (name !== undefined) bus = devices.tree.bus(name);
      if (bus !== undefined && own.startsWith('type ')) {
        const here = bus;
        bus = undefined;
        return [line, ...this.#on(here, indent)];
      }
      return [this.#memoryLine(line)];
    });
  }

  #memoryLine(line: string): string {
    const { memory } = this.#parts.board;
    const [, name] = LOW_MEMORY.exec(line) ?? [];
    if (name === undefined || memory === RECORDED_MEMORY) return line;
    if (memory > MOST_LOW_MEMORY) notModelled('info qtree of so much memory');
    return `${name} = ${shownValue('size', memory)}`;
  }

  /** The devices that users have put on a bus. */
  #on({ devices }: Bus, indent: number): string[] {
    return devices
      .filter((device) => this.#parts.devices.has(device))
      .flatMap((device) => this.#deviceLines(device, indent));
  }

  #deviceLines(device: Device, indent: number): string[] {
    const { objects, devices } = this.#parts;
    const record = objects.recordOf(device);
    const object = objects.objectOf(device);
    if (record === undefined || object === undefined) return notModelled(`info qtree with ${device.type}`);
    const names = patternsBelow(devices.modelOf(device)?.buses ?? []);
    const buses = busesBelow(device).map((own, at) => ({ bus: own, pattern: names[at] ?? own.name }));
    /** Objects whose properties are told, by indentation. */
    const told = new Map<number, QomObject>([[0, object]]);
    const seen = new Set<QomObject>([object]);
    let bus: Bus | undefined;
    let isPlaced = device.devfn === undefined;
    const lines = [`${' '.repeat(indent)}dev: ${device.type}, id "${device.id ?? ''}"`];
    const put = (depth: number, text: string): void => {
      lines.push(`${' '.repeat(indent + STEP + depth)}${text}`);
    };
    const putPlace = (): void => {
      if (isPlaced) return;
      isPlaced = true;
      const pci = objects.pciOf(device) ?? notModelled(`info qtree with ${device.type} there`);
      for (const text of placeLines(device, pci)) put(0, text);
    };
    for (const line of record.tree) {
      const own = line.trimStart();
      const depth = line.length - own.length;
      const [, pattern] = /^=bus: (.*)$/.exec(own) ?? [];
      const [, part] = /^=dev: ([^,]+), id ""$/.exec(own) ?? [];
      if (pattern !== undefined) {
        if (depth === 0) putPlace();
        bus = takeBus(buses, pattern);
        put(depth, `bus: ${bus?.name ?? pattern}`);
      } else if (own.startsWith('=type ')) {
        put(depth, own.slice(1));
        if (bus !== undefined) lines.push(...this.#on(bus, indent + STEP + depth));
        bus = undefined;
      } else if (part !== undefined) {
        const inside = objectOf(object, part, seen);
        if (inside !== undefined) {
          seen.add(inside);
          told.set(depth + STEP, inside);
        }
        put(depth, own.slice(1));
      } else if (own.startsWith('=')) {
        put(depth, this.#specialLine(device, own));
      } else {
        const isAddress = depth === 0 && own === 'addr' && device.devfn !== undefined;
        const shown = isAddress ? shownAddress(device) : shownProperty(told.get(depth), own);
        put(depth, `${own} = ${shown ?? notModelled(`${own} of ${object.path} in info qtree`)}`);
      }
    }
    putPlace();
    return lines;
  }

  /** A line about a device that its bus adds. */
  #specialLine(device: Device, line: string): string {
    const { devices } = this.#parts;
    const [, usb] = USB.exec(line) ?? [];
    if (usb !== undefined) {
      const { bus, usbPort } = device;
      const owner = bus === undefined ? undefined : devices.ownerOf(bus);
      const isFast = owner?.type.includes('xhci') === true;
      if (bus === undefined || usbPort === undefined || !isFast || this.#parts.hasUsbBeside())
        notModelled(`info qtree with ${device.type} there`);
      return `addr ${this.#usbBuses.indexOf(bus)}.0, port ${usbPort}, ${usb}`;
    }
    if (SERIAL_PORT.test(line)) {
      if (device.properties.has('chardev')) notModelled(`info qtree with ${device.type} on a chardev`);
      return line.slice(1).replace(/\d+/, () => `${device.port}`);
    }
    if (/^=(gpio|mmio)/.test(line)) return line.slice(1);
    return notModelled(`info qtree with ${device.type}`);
  }

  /** The USB buses, in the order in which they have their numbers. */
  get #usbBuses(): readonly Bus[] {
    const { devices, types } = this.#parts;
    return devices.plugged.flatMap((device) =>
      busesBelow(device).filter(({ type }) => types.is(type, 'usb-bus')),
    );
  }
}

/** The buses that a device makes, and those that devices inside it do. */
function busesBelow(device: Device): Bus[] {
  return device.buses.flatMap((bus) => [bus, ...bus.bridges.flatMap(busesBelow)]);
}

/** The recorded names of these buses. */
function patternsBelow(buses: readonly BusRecord[]): string[] {
  return buses.flatMap(({ name, devices = [] }) => [
    name,
    ...devices.flatMap(({ buses: below = [] }) => patternsBelow(below)),
  ]);
}

/** Finds a bus by its recorded name, and takes it from the list. */
function takeBus(buses: { readonly bus: Bus; readonly pattern: string }[], pattern: string): Bus | undefined {
  const at = buses.findIndex((each) => each.pattern === pattern);
  return at < 0 ? undefined : buses.splice(at, 1)[0]?.bus;
}

/** An object inside a device, by its type. */
function objectOf(object: QomObject, type: string, seen: ReadonlySet<QomObject>): QomObject | undefined {
  for (const child of object.children.values()) {
    if (child.type === type && !seen.has(child)) return child;
    const found = objectOf(child, type, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Slot and function on a PCI bus. */
const shownAddress = ({ devfn = 0 }: Device): string => `${hex(devfn >> 3, 2)}.${devfn & 7}`;

function shownProperty(object: QomObject | undefined, name: string): string | undefined {
  // Some properties are told in words of their own.
  const legacy = object?.property(`legacy-${name}`)?.value;
  if (typeof legacy === 'string') return legacy === '' ? '<null>' : legacy;
  const view = object?.property(name);
  if (view === undefined) return undefined;
  const { type, value } = view;
  // Lists aren't told as text.
  if (LIST.test(type) && (value === undefined || (Array.isArray(value) && value.length === 0)))
    return '<null>';
  return value === undefined ? undefined : shownValue(type, value);
}

const hex = (value: number | bigint, width = 0): string => value.toString(16).padStart(width, '0');

/** Lines of a device on a PCI bus that nobody has numbered (`pcibus_dev_print`). */
function placeLines(device: Device, pci: PciRecord): string[] {
  const { class_info: info, id, regions = [] } = pci;
  const sub = `${hex(id['subsystem-vendor'] ?? 0, 4)}:${hex(id.subsystem ?? 0, 4)}`;
  const kind = info.desc ?? `Class ${hex(info.class, 4)}`;
  return [
    `class ${kind}, addr 00:${shownAddress(device)}, pci id ${hex(id.vendor, 4)}:${hex(id.device, 4)} (sub ${sub})`,
    // A region that has no place ends where its size says, counted from the last address of all.
    ...regions.map(
      ({ bar, type, size }) =>
        `bar ${bar}: ${type === 'io' ? 'i/o' : 'mem'} at 0xffffffffffffffff [0x${hex(BigInt(size) - 2n)}]`,
    ),
  ];
}
