import { QmpCommandError } from 'qmp-core/errors';
import { QDict } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';
import { NotModelledError, notModelled } from '../../engine/not-modelled.ts';
import type { TypeTable } from '../types/type-table.ts';
import { modelNamed } from './device-help.ts';
import { globalRefused, type DeviceGlobals, type GlobalProperty } from './device-globals.ts';
import { checkDeviceProperties, checkGlobalValue, type PropertyContext } from './device-properties.ts';
import type { BoardPlaces } from './board-places.ts';
import type { Bus, Device, DeviceTree } from './device-tree.ts';
import type { DeviceModel, ModelTable } from './model-table.ts';
import { checkRealizing } from './realize-checks.ts';
import { placeOnScsi } from './scsi-addresses.ts';
import { placeUnit } from './units.ts';
import { placeOnUsb } from './usb-ports.ts';

/** The type of ports that others are plugged into. */
const PORT = 'pcie-slot';
const BALLOON = /^virtio-balloon-(device|pci)/;

/** Context for plugging in a device. */
export interface PlugContext extends PropertyContext {
  readonly types: TypeTable;
  readonly models: ModelTable;
  readonly tree: DeviceTree;
  /** Whether there is only slot 0 behind a PCIe port. */
  readonly oneSlotPorts: boolean;
  /** Throws the refusal of an id that can't be one, in versions that look at it with the device. */
  readonly checkId: (id: string) => void;
  /** A number for a device without an id. One that is refused later has had it. */
  readonly nextAnonymous: () => number;
  /** The device has its name: what is refused later had one for a moment. */
  readonly named: (id: string | undefined, anonymous: number | undefined) => void;
  /**
   * The device comes to its bus: what is refused later was there for a moment. Gives how many came before.
   */
  readonly arriving: (bus: Bus | undefined) => number;
  /** The address of a network card, which may have been given one; `undefined` if it isn't known. */
  readonly macOf: (given: unknown) => string | undefined;
  /** `max-bytes` of a random number generator: whether it may be 0, and the refusal. */
  readonly rngRate: { readonly mayBeZero: boolean; readonly text: string };
  /** Whether the board takes devices of this model on its system bus. */
  readonly dynamicSysbus: (model: string) => boolean;
  /** Says something on standard error, beside which the device is taken. */
  readonly warn: (text: string) => void;
  /** Values of `-global`. */
  readonly globals: DeviceGlobals;
  /**
   * Types of the devices inside a model, and whether it is the one that has the properties of the whole: a
   * virtio device behind its transport.
   */
  readonly partsOf: (model: string) => readonly { readonly type: string; readonly isBackend: boolean }[];
  /** Places of the board beside its buses. */
  readonly places: BoardPlaces;
  /** Whether a bus that is full counts as found. */
  readonly fullBusNamed: boolean;
  /** Throws the refusal of a device that finds no bus, if it is certain that there is none. */
  readonly missingBus: (refusal: string) => never;
}

/** A device that somebody wants to plug in. */
export interface PlugRequest {
  /** Name of its model, or an alias of it. */
  readonly driver: string;
  readonly id: string | undefined;
  /** The bus that it shall go on. */
  readonly bus: string | undefined;
  /** Everything that it was given. */
  readonly args: QDict;
  /** Whether values have their JSON types; otherwise they are text. */
  readonly typed: boolean;
  /** Whether the machine runs already. */
  readonly hot: boolean;
}

/** Known result of a request that QEMU wouldn't refuse. */
export interface Plugged {
  /** The device in the tree. */
  readonly device: Device;
  /**
   * Whether a real one was recorded; otherwise nothing is known of what it makes, and it may have been
   * refused.
   */
  readonly known: boolean;
}

/**
 * Plugs a device in, as `qdev_device_add_from_qdict` does (`system/qdev-monitor.c`): finds its model and its
 * bus, checks its properties, and puts it in its place. Throws QEMU's refusal.
 */
export function plug(context: PlugContext, request: PlugRequest): Plugged {
  const { types, models, tree } = context;
  const name = modelName(types, request.driver);
  const model = models.find(name) ?? models.find(name.replace(/-device$/, '-pci'));
  checkCreatable(types, name, model, request.hot);
  const bus = findBus(context, name, request.bus, request.hot);
  if (request.hot && model?.hot !== undefined) throw genericError(model.hot.replace('%', () => name));
  if (request.hot && bus !== undefined && !bus.hot) {
    throw genericError(`Bus '${bus.name}' does not support hotplugging`);
  }
  if (request.hot && bus === undefined && !context.places.takes(name)) notModelled(`plugging in ${name}`);
  const args = withGlobals(context, name, request);
  checkId(context, request.id);
  const anonymous = request.id === undefined ? context.nextAnonymous() : undefined;
  context.named(request.id, anonymous);
  checkDeviceProperties(context, name, request.args, request.typed);
  const { id, hot } = request;
  const prepared = context.places.prepare({ type: name, id, args, hot });
  const ordinal = context.arriving(bus);
  const devfn = bus?.slots === undefined ? undefined : place(context, bus, name, { args, hot });
  const scsi = placeOnScsi(types, bus, bus && tree.ownerOf(bus), args);
  checkNeeds(model, args);
  prepared?.realize();
  const unit =
    bus === undefined ? undefined : placeUnit(types, bus, tree.ownerOf(bus), numberOf(args.get('unit')));
  checkOnlyOne(tree, name);
  checkChassis(context, name, args);
  const port = placePort(context, bus, args);
  if (name.startsWith('virtio-rng-')) checkRate(context, args.get('max-bytes'));
  const properties = new Map<string, unknown>(args);
  const usbPort =
    bus !== undefined && types.is(bus.type, 'usb-bus')
      ? placeOnUsb(bus, tree.ownerOf(bus), args.get('port'))
      : undefined;
  checkRealizing(
    {
      type: name,
      given: properties,
      bus,
      owner: bus === undefined ? undefined : tree.ownerOf(bus),
      usbPort,
      hot,
      others: { [Symbol.iterator]: () => tree.devices() },
    },
    types,
  );
  const what = { type: name, id: request.id, anonymous, hotplugged: request.hot };
  const isCard = types
    .properties(name)
    ?.some((property) => property.name === 'mac' && property.type === 'str');
  const mac = isCard === true ? context.macOf(args.get('mac')) : undefined;
  const where = { bus, ordinal, devfn, unit, scsi, port, usbPort, mac };
  const given = { properties, placed: prepared?.values };
  const device = tree.add({ ...what, ...where, ...given }, model?.buses ?? []);
  prepared?.plugged(device);
  return { device, known: model?.plugged === true || prepared !== undefined };
}

/**
 * Properties of a device together with those that `-global` gives to its type, or to a part of it that has
 * the same property: what it was given itself comes last. A machine that runs goes on without a global value
 * that can't be.
 */
function withGlobals(context: PlugContext, model: string, { args, hot }: PlugRequest): QDict {
  const { globals, types, partsOf } = context;
  if (!globals.exist) return args;
  const all = new QDict();
  const set = (type: string, global: GlobalProperty, own: boolean): void => {
    try {
      checkGlobalValue(context, type, global);
    } catch (error) {
      if (!(error instanceof QmpCommandError) || error instanceof NotModelledError) throw error;
      const refusal = globalRefused(global, error.desc);
      if (!hot) throw genericError(refusal);
      return context.warn(refusal);
    }
    if (!own && types.properties(model)?.some(({ name }) => name === global.property) !== true) {
      notModelled(`-global ${global.driver}.${global.property} in ${model}`);
    }
    all.set(global.property, global.value);
  };
  for (const { type, isBackend } of partsOf(model)) {
    for (const global of globals.of(type)) {
      if (!isBackend) notModelled(`-global ${global.driver}.${global.property} in ${model}`);
      set(type, global, false);
    }
  }
  for (const global of globals.of(model)) set(model, global, true);
  for (const [name, value] of args) all.set(name, value);
  return all;
}

function modelName(types: TypeTable, driver: string): string {
  const type = modelNamed(types, driver);
  if (type === undefined || !types.is(type.name, 'device')) {
    throw genericError(`'${driver}' is not a valid device model name`);
  }
  if (type.abstract) throw genericError("Parameter 'driver' expects a non-abstract device type");
  return type.name;
}

function checkCreatable(types: TypeTable, name: string, model: DeviceModel | undefined, hot: boolean): void {
  // Versions that name the device look for its bus first.
  if (hot && model?.hot?.includes('%') === false) throw genericError(model.hot);
  // Those that `-device help` lists under no heading are made by boards alone.
  if (types.find(name)?.categories.length === 0) {
    throw genericError("Parameter 'driver' expects a pluggable device type");
  }
}

function findBus(
  context: PlugContext,
  model: string,
  wanted: string | undefined,
  hot: boolean,
): Bus | undefined {
  const { types, tree, missingBus } = context;
  const type = types.find(model)?.bus;
  if (wanted !== undefined) {
    const bus = tree.bus(wanted);
    if (bus === undefined) return missingBus(`Bus '${wanted}' not found`);
    if (type !== undefined && !types.is(bus.type, type)) {
      throw genericError(`Device '${model}' can't go on ${bus.type} bus`);
    }
    return bus;
  }
  if (type === 'System') {
    if (context.dynamicSysbus(model)) return hot ? undefined : tree.bus('main-system-bus');
    throw genericError("Parameter 'driver' expects a dynamic sysbus device type for the machine");
  }
  if (type === undefined) return undefined;
  const bus = tree.busFor(type);
  if (bus?.full === true && context.fullBusNamed) {
    return missingBus(`A '${type}' bus was found but is full`);
  }
  if (bus === undefined || bus.full) return missingBus(`No '${type}' bus found for device '${model}'`);
  return bus;
}

function checkId({ tree, checkId: check }: PlugContext, id: string | undefined): void {
  if (id === undefined) return;
  check(id);
  if (tree.hasId(id)) throw genericError(`Duplicate device ID '${id}'`);
}

/** Finds its slot and function on a PCI bus. Throws QEMU's refusal of one that is taken. */
function place(
  context: PlugContext,
  bus: Bus,
  model: string,
  { args, hot }: Pick<PlugRequest, 'args' | 'hot'>,
): number {
  const slots = bus.slots!;
  const owner = context.tree.ownerOf(bus);
  const behindPort = owner !== undefined && context.types.is(owner.type, PORT);
  const oneSlot = context.oneSlotPorts && behindPort;
  const asked = addressOf(args.get('addr'));
  if (hot && oneSlot && slots.at(0) !== undefined) throw genericError(slots.occupied(0, model));
  const devfn = asked ?? slots.firstFree();
  if (oneSlot && devfn !== undefined && devfn >> 3 !== 0) {
    context.warn(
      `PCI: slot ${devfn >> 3} is not valid for ${model}, parent device only allows plugging into slot 0.`,
    );
  }
  if (devfn === undefined) {
    throw genericError(`PCI: no slot/function available for ${model}, all in use or reserved`);
  }
  const refusal = slots.refusal(devfn, model, hot);
  if (refusal !== undefined) throw genericError(refusal);
  const single = slots.singleRefusal(devfn, isMultifunction(args));
  // Behind a port the guest looks at slot 0; in versions that let others be taken, one that is asked for is
  // looked at again.
  if (hot && behindPort && asked !== undefined && slots.at(0) !== undefined) {
    throw genericError(slots.occupied(0, model));
  }
  if (single !== undefined) throw genericError(single);
  return devfn;
}

const isMultifunction = (properties: ReadonlyMap<string, unknown>): boolean =>
  properties.get('multifunction') === true ||
  /^(on|yes|true|y)$/.test(String(properties.get('multifunction')));

/** `addr`: slot and function in hexadecimal as text, or both in one number; -1 is any. */
function addressOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value < 0 ? undefined : value;
  if (typeof value !== 'string' || value === '-1') return undefined;
  const [slot = '', part = '0'] = value.replaceAll(/0x/gi, '').split('.');
  return (Number.parseInt(slot, 16) << 3) | Number.parseInt(part, 16);
}

/** A number as JSON, or as text. */
function numberOf(value: unknown): number | undefined {
  const number = value === undefined ? Number.NaN : Number(value);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}

/** The rate of a random number generator is a value that its device looks at again. */
function checkRate({ rngRate: { mayBeZero, text } }: PlugContext, given: unknown): void {
  if (given === undefined) return;
  const rate = typeof given === 'bigint' ? given : BigInt(Math.trunc(Number(given)));
  if (rate < 0n || rate >= 2n ** 63n || (rate === 0n && !mayBeZero)) throw genericError(text);
}

/** There is one balloon in a machine (`qemu_add_balloon_handler`). */
function checkOnlyOne(tree: DeviceTree, name: string): void {
  if (!BALLOON.test(name)) return;
  for (const { type } of tree.devices()) {
    if (BALLOON.test(type)) throw genericError('Only one balloon device is supported');
  }
}

/** A port is known to its guest by chassis and slot (`pcie_chassis_add_slot`). */
function checkChassis({ types, tree }: PlugContext, name: string, args: QDict): void {
  if (!types.is(name, PORT)) return;
  const key = (properties: ReadonlyMap<string, unknown>): string =>
    `${Number(properties.get('chassis') ?? 0)}/${Number(properties.get('slot') ?? 0)}`;
  const own = key(args);
  for (const { type, properties } of tree.devices()) {
    if (!types.is(type, PORT) || key(properties) !== own) continue;
    throw genericError("Can't add chassis slot, error -16");
  }
}

/**
 * Finds the number of a port on a virtio-serial bus (`virtser_port_device_realize`). Throws QEMU's refusal.
 */
function placePort({ types }: PlugContext, bus: Bus | undefined, args: QDict): number | undefined {
  if (bus === undefined || !types.is(bus.type, 'virtio-serial-bus')) return undefined;
  const asked = numberOf(args.get('nr'));
  const isConsole = args.get('driver') === 'virtconsole';
  if (asked === 0 && !isConsole) {
    throw genericError(
      'Port number 0 on virtio-serial devices reserved for virtconsole devices for backward compatibility.',
    );
  }
  const taken = new Set(bus.devices.map(({ port }) => port));
  if (asked !== undefined && taken.has(asked)) {
    throw genericError(`virtio-serial-bus: A port already exists at id ${asked}`);
  }
  let port = asked ?? (isConsole ? 0 : 1);
  while (taken.has(port)) port += 1;
  return port;
}

function checkNeeds(model: DeviceModel | undefined, args: QDict): void {
  if (model?.needs !== undefined) {
    const [needed, refusal] = model.needs;
    const names = typeof needed === 'string' ? [needed] : needed;
    if (!names.every((name) => args.has(name))) throw genericError(refusal);
  }
  const given = [...args.keys()].filter((name) => name !== 'driver' && name !== 'id' && name !== 'bus');
  if (model?.refused !== undefined && given.length === 0) throw genericError(model.refused);
}
