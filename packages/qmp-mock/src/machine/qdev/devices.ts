import { notModelled } from '../../engine/not-modelled.ts';
import type { QDict, QValue } from '../../engine/json/value.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { deviceNotFound, genericError } from '../command.ts';
import { isIdentifier } from '../identifier.ts';
import type { ColdDevice, GivenOption } from '../machine-options.ts';
import type { MachineRules } from '../machine-rules.ts';
import { typeTable, type TypeTable } from '../types/type-table.ts';
import type { BoardPlaces } from './board-places.ts';
import type { BackendKind } from './device-properties.ts';
import { withDevicesBehind } from './departure.ts';
import { devicePath, PERIPHERAL, VIRTIO_BACKEND } from './device-path.ts';
import { DeviceGlobals } from './device-globals.ts';
import { isBootIndex } from './device-properties.ts';
import { DeviceTree, type Bus, type BusRecord, type Device } from './device-tree.ts';
import { MacAddresses } from './macs.ts';
import { kindOf, modelTable, type DeviceModel, type ModelTable } from './model-table.ts';
import { plug, type PlugContext, type Plugged, type PlugRequest } from './plug.ts';

/** The part of {@link Devices} that other subsystems answer. */
export interface DevicesParts {
  readonly profile: QemuProfile;
  readonly rules: Pick<
    MachineRules,
    | 'typedProperties'
    | 'chardevInUse'
    | 'badDeviceId'
    | 'rngRate'
    | 'fullBusNamed'
    | 'oneSlotPorts'
    | 'classBeforeBus'
  >;
  /** Addresses of the board's network cards; `undefined` if they aren't known. */
  readonly boardMacs: readonly string[] | undefined;
  /** Places of the board beside its buses. */
  readonly places: BoardPlaces;
  /** The machine's type. */
  readonly type: string;
  /** The board's buses; `undefined` if they weren't recorded for this kind of machine. */
  readonly board: (models: ModelTable) => readonly BusRecord[] | undefined;
  /** Whether there is an object of that path; `undefined` if that isn't known. */
  readonly hasObject: (path: string) => boolean | undefined;
  /** Type of the object of that path; `undefined` if there is none, or if it isn't known. */
  readonly typeOfObject: (path: string) => string | undefined;
  /** Whether there is a backend of that id; `undefined` if that isn't known. */
  readonly hasBackend: (kind: BackendKind, id: string) => boolean | undefined;
  /** Whether something other than a device has a backend. */
  readonly isTaken: (kind: BackendKind, id: string) => boolean;
  /** The drives behind devices. */
  readonly drives: DriveLinks;
  /** Options of the command line: values of `-global` are among them. */
  readonly given: readonly GivenOption[];
  /** Types of the devices that are inside one of a model, by their paths below it. */
  readonly inside: (model: string) => readonly (readonly [path: string, type: string])[];
  /** Says something on standard error while the machine runs. */
  readonly warn: (text: string) => void;
}

/** Links between devices and their drives. Each throws QEMU's refusal. */
export interface DriveLinks {
  /** Refuses a drive that another device has. */
  check(name: string): void;
  /** A device comes: it takes the drive that it was given. */
  plugged(device: Device): void;
  /** A device goes, and leaves its drive. */
  unplugged(device: Device): void;
}

/** A device that has come or gone. */
export interface DeviceEvent {
  readonly type: string;
  readonly id: string | undefined;
  /** Number of a device without an id. */
  readonly anonymous: number | undefined;
  readonly bus: Bus | undefined;
  /** Number of devices that came to that bus before it. */
  readonly ordinal: number;
  /** Whether the machine was running. */
  readonly hot: boolean;
  /** The device, or `undefined` if it has gone, or was refused. */
  readonly device: Device | undefined;
}

/** The devices of a machine: those of its board, of `-device`, and those that come and go while it runs. */
export class Devices {
  /** Values of `-global`. */
  readonly globals: DeviceGlobals;
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
  /** Events that the object tree hasn't been told yet. */
  #events: DeviceEvent[] = [];
  #macs: MacAddresses | undefined;
  /** Models of devices that have gone. */
  readonly #lost: string[] = [];
  /** Places among the devices that the firmware boots from, each with its device. */
  readonly #bootIndices = new Map<number, Device>();
  /** Whether the buses of every device are known: then a bus that isn't there is really not there. */
  #allKnown = true;

  constructor(parts: DevicesParts) {
    this.#parts = parts;
    this.#types = typeTable(parts.profile);
    this.#models = modelTable(parts.profile);
    this.globals = new DeviceGlobals(parts.given, () => this.#types);
  }

  /**
   * Plugs in what `-device` asks for. Throws QEMU's refusal.
   *
   * @param warn - Takes what QEMU says of it on standard error.
   */
  addCold({ args, typed }: ColdDevice, warn: (text: string) => void): Device {
    const request = requestOf(args);
    if (request.driver === '') throw genericError("Parameter 'driver' is missing");
    return this.#add({ ...request, typed, hot: false }, warn);
  }

  /** `device_add`. Throws QEMU's refusal. */
  addHot(driver: string, bus: string | undefined, args: QDict): Device {
    const { typedProperties } = this.#parts.rules;
    return this.#add({ ...requestOf(args), driver, bus, typed: typedProperties, hot: true });
  }

  /**
   * The device that `device_del` is about (`qdev_unplug` in `system/qdev-monitor.c`). Throws QEMU's refusal
   * of one that can't go.
   *
   * @param id - Its id, or its path.
   */
  unpluggable(id: string): Device {
    const device = this.find(id);
    if (device === undefined) throw deviceNotFound(id);
    if (this.#parts.rules.classBeforeBus) this.#assertHotpluggable(device);
    if (device.bus !== undefined && !device.bus.hot) {
      throw genericError(`Bus '${device.bus.name}' does not support hotplugging`);
    }
    this.#assertHotpluggable(device);
    const isKnown = this.#models.find(device.type)?.plugged === true;
    if (!isKnown && !this.#parts.places.takes(device.type)) notModelled(`unplugging ${device.type}`);
    return device;
  }

  /** The device with that id, or of that path. */
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

  /** Whether a device with that id, or of that path, was there, and has left. */
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

  /** Type of the device that has a backend; `undefined` if none has. */
  typeOfUser(kind: BackendKind, id: string): string | undefined {
    return this.#userOf(kind, id)?.type;
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

  /** The recorded models of the version. */
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
      this.#parts.drives.unplugged(gone);
      this.#parts.places.forget(gone);
      this.#left.add(devicePath(gone)!);
      this.#lost.push(gone.type);
      if (this.#bootIndices.size > 0) this.#freeBootIndices(gone);
      if (gone.mac !== undefined) this.#macs?.free(gone.mac);
      const { type, id, anonymous, bus, ordinal = 0 } = gone;
      this.#events.push({ type, id, anonymous, bus, ordinal, hot: true, device: undefined });
      if (gone.id === undefined) continue;
      this.#byId.delete(gone.id);
      this.#left.add(gone.id);
    }
    this.#treeOf().remove(device);
  }

  /** Devices that have come and gone since the last call. */
  takeEvents(): readonly DeviceEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** The devices of `-device` and of `device_add`, oldest first. */
  get plugged(): readonly Device[] {
    return [...this.#plugged];
  }

  /** Whether such a device has gone again, by a part of its model's name. */
  hasLost(pattern: RegExp): boolean {
    return this.#lost.some((model) => pattern.test(model));
  }

  /** Places of the board beside its buses, and the devices in them. */
  get places(): BoardPlaces {
    return this.#parts.places;
  }

  /** The recorded model of a device. */
  modelOf({ type }: Device): DeviceModel | undefined {
    return this.#models.find(type);
  }

  /** The device that makes a bus; `undefined` for the system bus. */
  ownerOf(bus: Bus): Device | undefined {
    return this.#tree instanceof DeviceTree ? this.#tree.ownerOf(bus) : undefined;
  }

  /**
   * The device that somebody plugged in and that a bus is in, however deep; `undefined` for a bus of the
   * board.
   */
  hostOf(bus: Bus): Device | undefined {
    let owner = this.ownerOf(bus);
    while (owner !== undefined && !this.has(owner)) {
      owner = owner.bus === undefined ? undefined : this.ownerOf(owner.bus);
    }
    return owner;
  }

  /** Serial number of a drive on IDE: each place has its own, those of older buses first (`ide_init1`). */
  ideSerial({ bus, unit = 0 }: Device): string {
    const isIde = (each: Bus): boolean => this.#types.is(each.type, 'IDE');
    // Buses that a device makes are listed newest first.
    const own = this.plugged.flatMap(({ buses }) => buses.filter(isIde).toReversed());
    const boards = [...this.tree.buses()].filter((each) => isIde(each) && !own.includes(each));
    const byName = boards.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const before = bus === undefined ? 0 : [...byName, ...own].indexOf(bus);
    return `QM${String(2 * before + unit + 1).padStart(5, '0')}`;
  }

  /** The devices under a heading of `-device help`, oldest first. */
  inCategory(heading: string): readonly Device[] {
    return this.plugged.filter(({ type }) => this.#types.find(type)?.categories.includes(heading) === true);
  }

  /** The devices that take a backend of a kind, oldest first, each with the id of the one that it has. */
  taking(kind: BackendKind): readonly { readonly device: Device; readonly backend: string | undefined }[] {
    return this.plugged
      .filter(({ type }) => this.#types.properties(type)?.some(({ name }) => name === kind))
      .map((device) => {
        const given =
          kind === 'netdev' && this.#unlinked.has(device) ? undefined : device.properties.get(kind);
        return { device, backend: typeof given === 'string' ? given : undefined };
      });
  }

  #add(request: PlugRequest, warn = this.#parts.warn): Device {
    const tree = this.#treeOf();
    const { id, hot, driver } = request;
    let name: Pick<DeviceEvent, 'id' | 'anonymous'> | undefined;
    let place: Pick<DeviceEvent, 'bus' | 'ordinal'> = { bus: undefined, ordinal: 0 };
    const context: PlugContext = {
      ...this.#context(tree, hot),
      warn,
      named: (_, anonymous) => (name = { id, anonymous }),
      arriving: (bus) => {
        place = { bus, ordinal: bus === undefined ? 0 : bus.arrivals++ };
        return place.ordinal;
      },
    };
    let plugged: Plugged;
    try {
      plugged = plug(context, request);
    } catch (error) {
      if (name !== undefined) this.#events.push({ type: driver, ...name, ...place, hot, device: undefined });
      throw error;
    }
    const { device, known } = plugged;
    try {
      this.#parts.drives.plugged(device);
    } catch (error) {
      this.#events.push({ type: device.type, ...name!, ...place, hot, device: undefined });
      tree.remove(device);
      throw error;
    }
    if (known || !hot) this.#events.push({ type: device.type, ...name!, ...place, hot, device });
    if (known) {
      this.#keep(device);
    } else if (request.hot) {
      this.#parts.drives.unplugged(device);
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
    for (const index of bootIndicesOf(device.properties)) this.#bootIndices.set(index, device);
  }

  /** `qom-set` of a place among the devices that the firmware boots from. Throws QEMU's refusal. */
  setBootIndex(path: string, value: unknown): void {
    const device = this.find(path.endsWith(VIRTIO_BACKEND) ? path.slice(0, -VIRTIO_BACKEND.length) : path);
    if (device === undefined || typeof value !== 'number') return;
    if (this.#bootIndices.has(value)) throw genericError(`The bootindex ${value} has already been used`);
    this.#freeBootIndices(device);
    if (value >= 0) this.#bootIndices.set(value, device);
  }

  #freeBootIndices(device: Device): void {
    for (const [index, owner] of this.#bootIndices) if (owner === device) this.#bootIndices.delete(index);
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

  #context(tree: DeviceTree, hot: boolean): Omit<PlugContext, 'warn' | 'named' | 'arriving'> {
    const { hasObject, typeOfObject } = this.#parts;
    return {
      types: this.#types,
      models: this.#models,
      tree,
      oneSlotPorts: this.#parts.rules.oneSlotPorts,
      macOf: (given) => this.#macOf(given),
      hasObject,
      typeOfObject,
      rngRate: this.#parts.rules.rngRate,
      fullBusNamed: this.#parts.rules.fullBusNamed,
      places: this.#parts.places,
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
      globals: this.globals,
      partsOf: (model) =>
        this.#parts
          .inside(model)
          .filter(([, type]) => this.#types.is(type, 'device'))
          .map(([path, type]) => ({ type, isBackend: path === VIRTIO_BACKEND })),
      isBootIndexTaken: (index) => this.#bootIndices.has(index),
      checkBackend: (kind, id, property) => this.#checkBackend(kind, id, property, hot),
    };
  }

  #checkBackend(kind: BackendKind, id: string, property: string, hot: boolean): void {
    const there = this.#parts.hasBackend(kind, id);
    if (hot && there === undefined) notModelled(`the backend ${id} of a device`);
    if (there === false) {
      throw genericError(`Property '${property}' can't find value '${id}'`);
    }
    if (kind === 'drive') this.#parts.drives.check(id);
    if (kind === 'drive' && there === true) return;
    const user = this.#userOf(kind, id);
    if (user === undefined && !this.#parts.isTaken(kind, id)) return;
    if (kind === 'netdev') throw genericError(`Property '${property}' can't take value '${id}', it's in use`);
    if (kind === 'chardev') {
      const inUse = this.#parts.rules.chardevInUse.replace('%', () => id);
      throw genericError(`Property '${property}' can't take value '${id}': ${inUse}`);
    }
    notModelled(`a drive that ${user?.type ?? 'something'} has already`);
  }

  #macOf(given: unknown): string | undefined {
    const { boardMacs } = this.#parts;
    if (boardMacs === undefined) return undefined;
    if (this.#macs === undefined) {
      this.#macs = new MacAddresses();
      for (const mac of boardMacs) this.#macs.take(mac);
    }
    const mac = typeof given === 'string' ? given.toLowerCase().replaceAll('-', ':') : this.#macs.next();
    this.#macs.take(mac);
    return mac;
  }

  #assertHotpluggable({ type }: Device): void {
    if (this.#models.find(type)?.hot === undefined) return;
    throw genericError(`Device '${type}' does not support hotplugging`);
  }
}

/** Places of a device among those that the firmware boots from: a floppy's controller has two. */
function bootIndicesOf(properties: ReadonlyMap<string, unknown>): number[] {
  return [...properties]
    .filter(([name, value]) => isBootIndex(name) && Number(value) >= 0)
    .map(([, value]) => Number(value));
}

function requestOf(args: QDict): Pick<PlugRequest, 'driver' | 'id' | 'bus' | 'args'> {
  const text = (value: QValue | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined;
  const driver = text(args.get('driver')) ?? '';
  return { driver, id: text(args.get('id')), bus: text(args.get('bus')), args };
}
