import { QmpCommandError } from 'qmp-core/errors';
import type { QDict } from '../../engine/json/value.ts';
import { deviceNotFound, genericError } from '../command.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { TypeProperty, TypeTable } from '../types/type-table.ts';

/**
 * Properties that `device-list-properties` leaves out: every device has them, and nobody sets them when it is
 * made.
 */
const OF_EVERY_DEVICE = new Set(['type', 'realized', 'hotpluggable', 'hotplugged', 'parent_bus']);
const LEGACY = 'legacy-';

/** `qom-list-types` (`qom_list_types` in `qom/qom-qmp-cmds.c`). */
export function listTypes(types: TypeTable, args: QDict): Record<string, unknown>[] {
  const wanted = args.get('implements') as string | undefined;
  return types
    .list({ implements: wanted, abstract: args.get('abstract') === true })
    .map(({ name, parent, abstract }) => ({
      name,
      ...(abstract && { abstract }),
      ...(parent !== undefined && { parent }),
    }));
}

/** `qom-list-properties`. Throws QEMU's refusal of what isn't a type, or is an interface. */
export function listProperties(types: TypeTable, name: string): Record<string, unknown>[] {
  if (!types.has(name)) throw new QmpCommandError('DeviceNotFound', `Class '${name}' not found`);
  // An interface isn't an object, and has no properties that could be listed.
  if (!types.is(name, 'object')) throw genericError("Parameter 'typename' expects a QOM type");
  return recorded(types, name).map((property) => describe(property, !types.hidesDefaults));
}

/** `device-list-properties`. Throws QEMU's refusal of what isn't a device that can be made. */
export function listDeviceProperties(types: TypeTable, name: string): Record<string, unknown>[] {
  const type = types.find(name);
  if (type === undefined) throw deviceNotFound(name);
  if (type.abstract || !types.is(name, 'device')) {
    throw genericError("Parameter 'typename' expects a non-abstract device type");
  }
  return recorded(types, name)
    .filter(({ name: own }) => !OF_EVERY_DEVICE.has(own) && !(types.hidesLegacy && own.startsWith(LEGACY)))
    .map((property) => describe(property, true));
}

function recorded(types: TypeTable, name: string): readonly TypeProperty[] {
  const properties = types.properties(name);
  if (properties !== undefined) return properties;
  return notModelled(`the properties of ${name}`);
}

function describe(property: TypeProperty, withDefault: boolean): Record<string, unknown> {
  const { name, type, description, defaultValue } = property;
  return {
    ...(withDefault && defaultValue !== undefined && { 'default-value': defaultValue }),
    name,
    ...(description !== undefined && { description }),
    type,
  };
}
