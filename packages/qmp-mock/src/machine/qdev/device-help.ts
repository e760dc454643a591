import { listDeviceProperties } from '../qom/type-queries.ts';
import type { QomType, TypeTable } from '../types/type-table.ts';

/** Column at which QEMU begins to explain a property. */
const COLUMN = 24;

/**
 * Prints `-device help`: the models that users can create, by category (`qdev_print_devinfos` in
 * `system/qdev-monitor.c`).
 */
export function deviceHelp(types: TypeTable): string {
  const models = types
    .list({ implements: 'device' })
    .filter(({ categories }) => categories.length > 0)
    .toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
  return types.categories
    .map((category) => {
      const lines = models.filter(({ categories }) => categories.includes(category)).map(modelLine);
      return `${category} devices:\n${lines.join('')}`;
    })
    .join('\n');
}

/**
 * Prints `-device MODEL,help`: the properties of a model (`qdev_device_help` in `system/qdev-monitor.c`).
 * Throws QEMU's refusal unless it's a device that can be made.
 *
 * @param model - Its name, or its alias.
 */
export function devicePropertiesHelp(types: TypeTable, model: string): string {
  const { name } = modelNamed(types, model) ?? { name: model };
  const properties = listDeviceProperties(types, name);
  if (properties.length === 0) return `There are no options for ${name}.\n`;
  const lines = properties
    .map((property) => propertyLine(property, types.defaultsAsJson))
    // QEMU sorts the lines that it prints, not the names.
    .toSorted(compare);
  return `${name} options:\n${lines.join('')}`;
}

/** The model that a name or an alias stands for. */
export function modelNamed(types: TypeTable, name: string): QomType | undefined {
  return types.find(name) ?? types.list({ implements: 'device' }).find(({ alias }) => alias === name);
}

function modelLine({ name, bus, alias, description }: QomType): string {
  const parts = [`name "${name}"`];
  if (bus !== undefined) parts.push(`bus ${bus}`);
  if (alias !== undefined) parts.push(`alias "${alias}"`);
  if (description !== undefined) parts.push(`desc "${description}"`);
  return `${parts.join(', ')}\n`;
}

function propertyLine(property: Record<string, unknown>, asJson: boolean): string {
  const { name, type, description } = property;
  const start = `  ${name as string}=<${type as string}>`;
  const value = 'default-value' in property ? ` (default: ${text(property['default-value'], asJson)})` : '';
  if (description === undefined && value === '') return `${start}\n`;
  return `${start.padEnd(COLUMN)} - ${(description as string | undefined) ?? ''}${value}\n`;
}

function text(value: unknown, asJson: boolean): string {
  if (typeof value === 'string') return asJson ? JSON.stringify(value) : value;
  if (typeof value === 'boolean' && !asJson) return value ? 'on' : 'off';
  return Array.isArray(value) ? (value.length === 0 ? '[]' : JSON.stringify(value)) : String(value);
}

/** Order of bytes. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
