import type { Schema } from '../../../engine/schema/schema.ts';

/** Names of keys that a version knows (`QKeyCode`), by its schema. */
export function keyCodes(schema: Schema): ReadonlySet<string> {
  const command = schema.commands.get('send-key');
  const keys = command && schema.objectType(command.argType).members.find(({ name }) => name === 'keys');
  const list = keys && schema.type(keys.type);
  if (list?.['meta-type'] !== 'array') return new Set();
  const variant = schema.objectType(list['element-type']).variants?.find((one) => one.case === 'qcode');
  const data = variant && schema.objectType(variant.type).members.find(({ name }) => name === 'data');
  const type = data && schema.type(data.type);
  return new Set(type?.['meta-type'] === 'enum' ? type.values : []);
}
