import { notModelled } from '../../engine/not-modelled.ts';
import type { QDict, QValue } from '../../engine/json/value.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { deviceNotFound, genericError } from '../command.ts';
import { isIdentifier } from '../identifier.ts';
import type { ColdDevice } from '../machine-options.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { QomMount } from '../qom/mount.ts';
import { textProperty } from '../qom/property.ts';
import { typeTable, type TypeTable } from '../types/type-table.ts';
import type { BackendKind } from './device-properties.ts';
import { withDevicesBehind } from './departure.ts';
import { devicePath, PERIPHERAL } from './device-path.ts';
import { DeviceTree, type BusRecord, type Device } from './device-tree.ts';
import { kindOf, modelTable, type ModelTable } from './model-table.ts';
import { plug, type PlugContext, type PlugRequest } from './plug.ts';

/** The part of {@link Devices} that other subsystems answer. */
export interface DevicesParts {
  readonly profile: QemuProfile;
  readonly rules: Pick<
    MachineRules,
    'typedProperties' | 'chardevInUse' | 'badDeviceId' | 'rngRate' | 'fullBusNamed'
  >;
  /** Whether the machine has places for modules of memory (`-m slots=`). */
  readonly memorySlots: boolean;
  /** The machine's type. */
  readonly type: string;
  /** The board's buses; `undefined` if they weren't recorded for this kind of machine. */
  readonly board: (models: ModelTable) => readonly BusRecord[] | undefined;
  /** Whether there is an object of that path; `undefined` if that isn't known. */
  readonly hasObject: (path: string) => boolean | undefined;
  /** Whether there is a backend of that id; `undefined` if that isn't known. */
  readonly hasBackend: (kind: BackendKind, id: string) => boolean | undefined;
}

/** A model that can't be plugged in while the machine runs, in any version. */
const NEVER_HOT = 'VGA';

/** The devices of a machine: those of its board, of `-device`, and those that come and go while it runs. */
export class Devices {
  readonly #parts: DevicesParts;
  readonly #types: TypeTable;
  readonly #models: ModelTable;
  /** Made when it is first needed: a machine without devices of its own doesn't read the recordings. */
  #tree: DeviceTree | 'unknown' | undefined;
  /** The devices that have come, oldest first. */
  readonly #plugged = new Set<Device>();
  /** Those of them that have an id. */
  readonly #byId = new Map<string, Device>();
  /** Those whose network backend has been deleted. */
  readonly #unlinked = new Set<Device>();
  /** Ids and paths of those that have left. */
  readonly #left = new Set<string>();
  /** How many have come without an id. */
  #anonymous = 0;
  /** Whether the buses of every device are known: then a bus that isn't there is really not there. */
  #allKnown = true;

  constructor(parts: DevicesParts) {
    this.#parts = parts;
    this.#types = typeTable(parts.profile);
    this.#models = modelTable(parts.profile);
  }

  /**
   * Plugs in what `-device` asks for. Throws QEMU's refusal.
   *
   * @param warn - Takes what QEMU says of it on standard error.
   */
  addCold({ args, typed }: ColdDevice, warn: (text: string) => void): void {
    const request = requestOf(args);
    if (request.driver === '') throw genericError("Parameter 'driver' is missing");
    this.#add({ ...request, typed, hot: false }, warn);
  }

  /** `device_add`. Throws QEMU's refusal. */
  addHot(driver: string, bus: string | undefined, args: QDict): Device {
    const { typedProperties } = this.#parts.rules;
    return this.#add({ ...requestOf(args), driver, bus, typed: typedProperties, hot: true });
  }

  /**
   * The device that `device_del` is about (`qdev_unplug` in `system/qdev-monitor.c`). Throws QEMU's refusal of one that can't go.
   *
   * @param id - Its id, or its path.
   */
  unpluggable(id: string): Device {
    const device = this.find(id);
    if (device === undefined) throw deviceNotFound(id);
    if (this.#classFirst) this.#assertHotpluggable(device);
    if (device.bus !== undefined && !device.bus.hot) {
      throw genericError(`Bus '${device.bus.name}' does not support hotplugging`);
    }
    this.#assertHotpluggable(device);
    if (this.#models.find(device.type)?.plugged !== true) notModelled(`unplugging ${device.type}`);
    return device;
  }

  /** The device of that id, or of that path. */
  find(id: string): Device | undefined {
    if (id.startsWith(PERIPHERAL)) return this.#byId.get(id.slice(PERIPHERAL.length));
    return this.#byId.get(id) ?? this.#anonymousAt(id);
  }

  #anonymousAt(path: string): Device | undefined {
    if (!path.startsWith('/')) return undefined;
    for (const device of this.#plugged) if (devicePath(device) === path) return device;
    return undefined;
  }

  /** Whether a device is there. */
  has(device: Device): boolean {
    return this.#plugged.has(device);
  }

  /** Whether a device of that id, or of that path, was there, and has left. */
  hasLeft(id: string): boolean {
    return this.#left.has(id);
  }

  /** Whether the devices that there are, and what they have, are all known. */
  get areKnown(): boolean {
    return this.#allKnown;
  }

  /** Whether a device names an object; `undefined` if the devices aren't all known. */
  usesObject(id: string): boolean | undefined {
    if (!this.#allKnown) return undefined;
    for (const { properties } of this.#plugged) {
      for (const [name, value] of properties) if (name !== 'id' && value === id) return true;
    }
    return false;
  }

  /** Whether a device has a backend. */
  uses(kind: BackendKind, id: string): boolean {
    return this.#userOf(kind, id) !== undefined;
  }

  /** A network backend is deleted: the device that has it goes on without one. */
  unlink(netdev: string): void {
    const user = this.#userOf('netdev', netdev);
    if (user !== undefined) this.#unlinked.add(user);
  }

  /** The types of the version, of which devices and buses are. */
  get types(): TypeTable {
    return this.#types;
  }

  /** What was recorded of the version's models. */
  get models(): ModelTable {
    return this.#models;
  }

  /** The buses with what is on them. Throws if they aren't known of this kind of machine. */
  get tree(): DeviceTree {
    return this.#treeOf();
  }

  /** Takes a device away, with everything behind it. */
  remove(device: Device): void {
    for (const gone of withDevicesBehind(device)) {
      this.#plugged.delete(gone);
      this.#left.add(devicePath(gone)!);
      if (gone.id === undefined) continue;
      this.#byId.delete(gone.id);
      this.#left.add(gone.id);
    }
    this.#treeOf().remove(device);
  }

  /** A place in the object tree for devices that have an id. */
  get mount(): QomMount {
    return {
      path: '/machine/peripheral',
      children: () => [...this.#byId].map(([name, { type }]) => ({ name, type })),
      typeOf: (name) => this.#byId.get(name)?.type,
      properties: (id) => {
        const device = this.find(id);
        return device === undefined ? undefined : [['type', textProperty(device.type)]];
      },
    };
  }

  #add(request: PlugRequest, warn: (text: string) => void = () => {}): Device {
    const tree = this.#treeOf();
    const { device, known } = plug({ ...this.#context(tree, request.hot), warn }, request);
    if (known) {
      this.#keep(device);
    } else if (request.hot) {
      tree.remove(device);
      notModelled(`plugging in ${device.type}`);
    } else {
      this.#allKnown = false;
      this.#keep(device);
    }
    return device;
  }

  #keep(device: Device): void {
    this.#plugged.add(device);
    if (device.id !== undefined) this.#byId.set(device.id, device);
  }

  #userOf(kind: BackendKind, id: string): Device | undefined {
    for (const device of this.#plugged) {
      if (device.properties.get(kind) !== id) continue;
      if (kind !== 'netdev' || !this.#unlinked.has(device)) return device;
    }
    return undefined;
  }

  #treeOf(): DeviceTree {
    if (this.#tree === undefined) {
      const buses = this.#parts.board(this.#models);
      this.#tree = buses === undefined ? 'unknown' : new DeviceTree(this.#types, buses);
    }
    return this.#tree === 'unknown' ? notModelled('the devices of this kind of machine') : this.#tree;
  }

  #context(tree: DeviceTree, hot: boolean): Omit<PlugContext, 'warn'> {
    const { hasObject } = this.#parts;
    return {
      types: this.#types,
      models: this.#models,
      tree,
      // Versions that tell of a class that can't be hotplugged are also those whose ports have one slot.
      oneSlotPorts: this.#classFirst,
      hasObject,
      rngRate: this.#parts.rules.rngRate,
      fullBusNamed: this.#parts.rules.fullBusNamed,
      memorySlots: this.#parts.memorySlots,
      dynamicSysbus: (model) => this.#models.find(model)?.boards?.includes(kindOf(this.#parts.type)) === true,
      nextAnonymous: () => this.#anonymous++,
      checkId: (id) => {
        if (this.#parts.rules.badDeviceId === 'device' && !isIdentifier(id)) {
          throw genericError(`Invalid qdev ID '${id}'`);
        }
      },
      missingBus: (refusal) => {
        if (!this.#allKnown) notModelled('the buses that the devices of this machine make');
        throw genericError(refusal);
      },
      checkBackend: (kind, id, property) => this.#checkBackend(kind, id, property, hot),
    };
  }

  #checkBackend(kind: BackendKind, id: string, property: string, hot: boolean): void {
    const there = this.#parts.hasBackend(kind, id);
    if (hot && there === undefined) notModelled(`the backend ${id} of a device`);
    if (there === false) {
      throw genericError(`Property '${property}' can't find value '${id}'`);
    }
    const user = this.#userOf(kind, id);
    if (user === undefined) return;
    if (kind === 'netdev') throw genericError(`Property '${property}' can't take value '${id}', it's in use`);
    if (kind === 'chardev') {
      const inUse = this.#parts.rules.chardevInUse.replace('%', () => id);
      throw genericError(`Property '${property}' can't take value '${id}': ${inUse}`);
    }
    notModelled(`a drive that ${user.type} has already`);
  }

  /** Whether the version looks at the class of a device before it looks at its bus. */
  get #classFirst(): boolean {
    return this.#models.find(NEVER_HOT)?.hot?.startsWith('Device') === true;
  }

  #assertHotpluggable({ type }: Device): void {
    if (this.#models.find(type)?.hot === undefined) return;
    throw genericError(`Device '${type}' does not support hotplugging`);
  }
}

function requestOf(args: QDict): Pick<PlugRequest, 'driver' | 'id' | 'bus' | 'args'> {
  const text = (value: QValue | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined;
  const driver = text(args.get('driver')) ?? '';
  return { driver, id: text(args.get('id')), bus: text(args.get('bus')), args };
}
