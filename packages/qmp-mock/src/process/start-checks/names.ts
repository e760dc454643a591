import { schemaOf } from '../../engine/schema/schema.ts';
import { typeTable } from '../../machine/types/type-table.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import { badIdentifier } from '../command-line/qemu-opts.ts';
import { StartError } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** Kinds of `-vga` (`vga_interfaces` in `system/vl.c`). */
const GRAPHICS = new Set(['none', 'std', 'cirrus', 'vmware', 'xenfb', 'qxl', 'virtio', 'tcx', 'cg3']);
/** Names that `-usbdevice` takes, as QEMU 7.2 and 11.1 were seen to. */
const USB_DEVICES = /^(keyboard|mouse|tablet|wacom-tablet)(:|$)/;

/** `-display` names a type of the version's own schema. */
export function checkDisplay({ given, profile }: StartContext): void {
  for (const { name, argument } of given) {
    const type = beforeComma(argument);
    if (name !== 'display' || type === 'none' || argument.startsWith('{') || type.includes('=')) continue;
    if (displayTypes(profile).includes(type) || type === 'vnc') continue;
    throw new StartError(`Parameter 'type' does not accept value '${type}'`, {
      location: `-display ${argument}`,
    });
  }
}

function displayTypes(profile: StartContext['profile']): readonly string[] {
  return enumOf(profile, schemaOf(profile).commands.get('query-display-options')?.retType);
}

/** Values of the member `type` of an object. */
function enumOf(profile: StartContext['profile'], object: string | undefined): readonly string[] {
  if (object === undefined) return [];
  const schema = schemaOf(profile);
  const type = schema.objectType(object).members.find((member) => member.name === 'type')?.type;
  const entry = type === undefined ? undefined : schema.type(type);
  return entry?.['meta-type'] === 'enum' ? entry.values : [];
}

/** `-vga`. */
export function checkGraphics({ given }: StartContext): void {
  const kind = last(given, 'vga');
  if (kind === undefined || GRAPHICS.has(kind)) return;
  throw new StartError(`unknown vga type: ${kind}`);
}

/** `-accel`, and `accel` of `-machine`: accelerators have types of their own. */
export function checkAccelerator({ given, profile }: StartContext): void {
  const known = (accelerator: string): boolean => typeTable(profile).has(`${accelerator}-accel`);
  for (const { name, argument } of given) {
    const accelerator = beforeComma(argument).replace(/^accel=/, '');
    if (name !== 'accel' || known(accelerator)) continue;
    throw new StartError(`invalid accelerator ${accelerator}`, { location: `-accel ${argument}` });
  }
  if (given.some(({ name }) => name === 'accel')) return;
  for (const { name, argument } of given) {
    const [, list] = /(?:^|,)accel=([^,]+)/.exec(argument) ?? [];
    if ((name !== 'machine' && name !== 'M') || list === undefined) continue;
    const unknown = list.split(':').filter((accelerator) => !known(accelerator));
    if (unknown.length === list.split(':').length) throw new StartError(`invalid accelerator ${unknown[0]}`);
  }
}

/** `-cpu`: its model has a type of its own. */
export function checkCpuModel({ given, profile }: StartContext): void {
  const argument = last(given, 'cpu');
  if (argument === undefined) return;
  if (argument === '') throw new StartError('-cpu option cannot be empty');
  const model = beforeComma(argument);
  const type = `${model}-x86_64-cpu`;
  const properties = typeTable(profile).properties(type);
  if (!typeTable(profile).has(type)) throw new StartError(`unable to find CPU model '${model}'`);
  if (properties === undefined) return;
  const known = new Set(properties.map((property) => property.name));
  for (const feature of argument.split(',').slice(1)) {
    const [, sign = '', name = '', value] = /^([+-]?)([^=]*)(?:=(.*))?$/.exec(feature) ?? [];
    if (known.has(name) || known.has(name.replaceAll('_', '-'))) continue;
    const refusal = `Property '${type}.${name}' not found`;
    if (sign !== '') throw new StartError(refusal);
    throw new StartError(`can't apply global ${type}.${name}=${value ?? 'on'}: ${refusal}`);
  }
}

/** `-netdev` and `-nic`: their kinds are those of `netdev_add`. */
export function checkNetdevs({ given, profile }: StartContext): void {
  for (const { name, argument } of given) {
    if ((name !== 'netdev' && name !== 'nic') || argument.startsWith('{')) continue;
    const type = beforeComma(argument).replace(/^type=/, '');
    if (type.includes('=') || (name === 'nic' && type === 'none')) continue;
    const location = `-${name} ${argument}`;
    if (!netdevTypes(profile).includes(type)) {
      throw new StartError(`Parameter 'type' does not accept value '${type}'`, { location });
    }
    const [, id] = /(?:^|,)id=([^,]*)/.exec(argument) ?? [];
    if (name === 'netdev' && id === undefined)
      throw new StartError("Parameter 'id' is missing", { location });
    if (name === 'netdev' && id !== undefined && !isIdentifier(id)) throw badIdentifier().at(location);
  }
}

function netdevTypes(profile: StartContext['profile']): readonly string[] {
  return enumOf(profile, schemaOf(profile).commands.get('netdev_add')?.argType);
}

/** `-usbdevice`. */
export function checkUsbDevices({ given }: StartContext): void {
  for (const { name, argument } of given) {
    if (name !== 'usbdevice' || USB_DEVICES.test(argument)) continue;
    throw new StartError(`could not add USB device '${argument}'`, { location: `-usbdevice ${argument}` });
  }
}

const beforeComma = (argument: string): string => argument.split(',')[0] ?? '';

function last(given: StartContext['given'], option: string): string | undefined {
  return given.findLast(({ name }) => name === option)?.argument;
}
