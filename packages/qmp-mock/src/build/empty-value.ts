import type { Schema } from '../engine/schema/schema.ts';

/** A value of a type with as little in it as the schema allows: zeros, empty texts, the first name. */
export function emptyValue(schema: Schema, type: string): unknown {
  const entry = schema.type(type);
  switch (entry['meta-type']) {
    case 'object': {
      const always = entry.members.filter((member) => !('default' in member));
      return Object.fromEntries(always.map((member) => [member.name, emptyValue(schema, member.type)]));
    }
    case 'array':
      return [];
    case 'enum':
      return entry.values[0];
    case 'builtin':
      return entry['json-type'] === 'string' ? '' : entry['json-type'] === 'boolean' ? false : 0;
    default:
      return null;
  }
}
