import { QDict } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';
import { isIdentifier } from '../identifier.ts';
import type { TypeTable } from '../qom/type-table.ts';
import { modelNamed } from './device-help.ts';
import { checkDeviceProperties, type PropertyContext } from './device-properties.ts';
import type { Bus, Device, DeviceTree } from './device-tree.ts';
import type { DeviceModel, ModelTable } from './model-table.ts';

/** What plugging a device is held against. */
export interface PlugContext extends PropertyContext {
  readonly types: TypeTable;
  readonly models: ModelTable;
  readonly tree: DeviceTree;
  /** Behind a PCIe port, only slot 0 is there. */
  readonly oneSlotPorts: boolean;
  /** The refusal of a chassis number that is taken. */
  readonly isPort: (type: string) => boolean;
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

/** What became of a request that QEMU wouldn't refuse, as far as is known. */
export interface Plugged {
  /** The device in the tree. */
  readonly device: Device;
  /** Whether a real one was recorded; otherwise nothing is known of what it makes, and it may have been refused. */
  readonly known: boolean;
}

/**
 * Plugs a device in, as `qdev_device_add_from_qdict` does (`system/qdev-monitor.c`): finds its model and its bus, checks its
 * properties, and puts it in its place. Throws QEMU's refusal.
 */
export function plug(context: PlugContext, request: PlugRequest): Plugged {
  const { types, models, tree } = context;
  const name = modelName(types, request.driver);
  const model = models.find(name);
  checkCreatable(types, name, model, request.hot);
  const bus = findBus(context, name, request.bus);
  if (request.hot && bus !== undefined && !bus.hot) {
    throw genericError(`Bus '${bus.name}' does not support hotplugging`);
  }
  checkId(tree, request.id);
  checkDeviceProperties(context, name, request.args, request.typed);
  const devfn = bus?.slots === undefined ? undefined : place(context, bus, name, request);
  checkNeeds(model, request.args);
  const properties = new Map<string, unknown>(request.args);
  const device = tree.add({ type: name, id: request.id, bus, devfn, properties }, model?.buses ?? []);
  return { device, known: model?.plugged === true };
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
  if (hot && model?.hot !== undefined) throw genericError(model.hot.replace('%', () => name));
  // Those that `-device help` lists under no heading are made by boards alone.
  if (types.find(name)?.categories.length === 0) {
    throw genericError("Parameter 'driver' expects a pluggable device type");
  }
}

function findBus({ types, tree }: PlugContext, model: string, wanted: string | undefined): Bus | undefined {
  const type = types.find(model)?.bus;
  if (wanted !== undefined) {
    const bus = tree.bus(wanted);
    if (bus === undefined) throw genericError(`Bus '${wanted}' not found`);
    if (type !== undefined && !types.is(bus.type, type)) {
      throw genericError(`Device '${model}' can't go on ${bus.type} bus`);
    }
    return bus;
  }
  if (type === undefined || type === 'System') return undefined;
  const bus = tree.busFor(type);
  if (bus === undefined || bus.full) throw genericError(`No '${type}' bus found for device '${model}'`);
  return bus;
}

function checkId(tree: DeviceTree, id: string | undefined): void {
  if (id === undefined) return;
  for (const device of tree.devices()) {
    if (device.id === id) throw genericError(`Duplicate device ID '${id}'`);
  }
}

/** Finds its slot and function on a PCI bus. Throws QEMU's refusal of one that is taken. */
function place(context: PlugContext, bus: Bus, model: string, { args, hot }: PlugRequest): number {
  const slots = bus.slots!;
  const owner = [...context.tree.devices()].find(({ buses }) => buses.includes(bus));
  const single = context.oneSlotPorts && owner !== undefined && context.isPort(owner.type);
  const asked = addressOf(args.get('addr'));
  if (hot && single && slots.at(0) !== undefined) throw genericError(slots.occupied(0, model));
  const devfn = asked ?? slots.firstFree();
  if (devfn === undefined) {
    throw genericError(`PCI: no slot/function available for ${model}, all in use or reserved`);
  }
  const refusal = slots.refusal(devfn, model, hot);
  if (refusal !== undefined) throw genericError(refusal);
  return devfn;
}

/** `addr`: slot and function in hexadecimal as text, or both in one number; -1 is any. */
function addressOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value < 0 ? undefined : value;
  if (typeof value !== 'string' || value === '-1') return undefined;
  const [slot = '', part = '0'] = value.split('.');
  return (Number.parseInt(slot, 16) << 3) | Number.parseInt(part, 16);
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

/** Whether an id may be one. */
export const isDeviceId = (id: string): boolean => isIdentifier(id);
