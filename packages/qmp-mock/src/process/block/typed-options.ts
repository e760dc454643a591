import { QDict, type QValue } from '../../engine/json/value.ts';
import type { Schema } from '../../engine/schema/schema.ts';
import { parseBoolean, parseSize } from '../command-line/qemu-opts.ts';

/**
 * Gives options that were text their types, as the schema has them. Values that don't fit stay text: they
 * were refused before.
 */
export function typedOptions(schema: Schema, type: string, options: QDict): QDict {
  const { members, tag, variants } = schema.objectType(type);
  const types = new Map(members.map((member) => [member.name, member.type]));
  const variant = variants?.find((one) => one.case === options.get(tag ?? ''));
  if (variant !== undefined) {
    for (const member of schema.objectType(variant.type).members) types.set(member.name, member.type);
  }
  const typed = new QDict();
  for (const [name, value] of options) {
    const of = types.get(name);
    typed.set(name, of === undefined ? value : typedValue(schema, of, value));
  }
  return typed;
}

function typedValue(schema: Schema, type: string, value: QValue): QValue {
  const entry = schema.type(type);
  switch (entry['meta-type']) {
    case 'object':
      return value instanceof QDict ? typedOptions(schema, type, value) : value;
    case 'array':
      return Array.isArray(value)
        ? value.map((one) => typedValue(schema, entry['element-type'], one))
        : value;
    case 'alternate': {
      if (!(value instanceof QDict)) return value;
      const branch = entry.members.find((one) => schema.type(one.type)['meta-type'] === 'object');
      return branch === undefined ? value : typedOptions(schema, branch.type, value);
    }
    case 'builtin':
      return typeof value === 'string' ? scalar(entry['json-type'], value) : value;
    default:
      return value;
  }
}

function scalar(type: string, text: string): QValue {
  if (type === 'boolean') return parseBoolean(text) ?? text;
  if (type !== 'int') return text;
  if (/^-?\d+$/.test(text)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  return parseSize(text) ?? text;
}
