/**
 * The reply to `query-qmp-schema` as a checked, indexed value (QEMU `qapi/introspect.json`).
 *
 * Introspection replaces the names of types by numbers, but keeps what goes over the wire: names of
 * commands, events, members and enum values, which members are optional, and the JSON types.
 */

/** A member of an object type. */
export interface SchemaMember {
  name: string;
  /** Name (a number, mostly) of its type. */
  type: string;
  optional: boolean;
  features: readonly string[];
}

/** A value of an enumeration. */
export interface SchemaValue {
  name: string;
  features: readonly string[];
}

/** The further members of an object whose tag has this value. */
export interface SchemaVariant {
  case: string;
  type: string;
}

/** The JSON type of a builtin, in the words of introspection: `value` is any. */
export type SchemaJsonType = 'string' | 'number' | 'int' | 'boolean' | 'null' | 'object' | 'array' | 'value';

/** One type. */
export type SchemaType =
  | { kind: 'builtin'; name: string; json: SchemaJsonType }
  | { kind: 'enum'; name: string; values: readonly SchemaValue[] }
  | { kind: 'array'; name: string; element: string }
  | {
      kind: 'object';
      name: string;
      members: readonly SchemaMember[];
      tag: string | undefined;
      variants: readonly SchemaVariant[];
    }
  | { kind: 'alternate'; name: string; types: readonly string[] };

/** One command. */
export interface SchemaCommand {
  name: string;
  arguments: string;
  return: string;
  oob: boolean;
  features: readonly string[];
}

/** One event. */
export interface SchemaEvent {
  name: string;
  data: string;
  features: readonly string[];
}

/** The whole schema; commands and events in the order of their names. */
export interface Introspection {
  commands: readonly SchemaCommand[];
  events: readonly SchemaEvent[];
  /** The type with this name. Every name that occurs in a checked schema has one. */
  type: (name: string) => SchemaType;
}

/** The dump isn't what `query-qmp-schema` returns. The message says where it departs from that. */
export class IntrospectionError extends Error {
  static {
    this.prototype.name = 'IntrospectionError';
  }
}

type Json = Record<string, unknown>;

const JSON_TYPES: ReadonlySet<string> = new Set<SchemaJsonType>([
  'string',
  'number',
  'int',
  'boolean',
  'null',
  'object',
  'array',
  'value',
]);

/**
 * Checks and indexes a schema.
 *
 * @param dump - The value that `query-qmp-schema` returned: the array, or a whole reply with the array as
 *   `return`.
 * @throws IntrospectionError if `dump` is something else, names a type twice, or refers to a type that it
 *   doesn't have.
 */
export function readIntrospection(dump: unknown): Introspection {
  const entries = isObject(dump) && 'return' in dump ? dump['return'] : dump;
  if (!Array.isArray(entries)) {
    throw new IntrospectionError(
      `Expected the array that query-qmp-schema returns, or a reply that has it as "return"; got ${describe(entries)}.`,
    );
  }
  const types = new Map<string, SchemaType>();
  const commands: SchemaCommand[] = [];
  const events: SchemaEvent[] = [];
  for (const [index, entry] of entries.entries()) {
    const at = `entry ${index}`;
    if (!isObject(entry))
      throw new IntrospectionError(`Expected an object as ${at}; got ${describe(entry)}.`);
    const name = text(entry, 'name', at);
    const where = `${at} (${JSON.stringify(name)})`;
    const meta = text(entry, 'meta-type', where);
    if (meta === 'command') commands.push(readCommand(entry, name, where));
    else if (meta === 'event')
      events.push({ name, data: text(entry, 'arg-type', where), features: features(entry, where) });
    else if (types.has(name))
      throw new IntrospectionError(`The type ${JSON.stringify(name)} is defined twice, again in ${at}.`);
    else types.set(name, readType(entry, meta, name, where));
  }
  if (commands.length === 0)
    throw new IntrospectionError('The schema has no command: it is not what query-qmp-schema returns.');
  requireTypes(commands, events, types);
  return {
    commands: commands.toSorted(byName),
    events: events.toSorted(byName),
    type: (name) => {
      const found = types.get(name);
      if (found === undefined)
        throw new IntrospectionError(`The schema has no type ${JSON.stringify(name)}.`);
      return found;
    },
  };
}

/** Names of the types that a type is made of, in the order in which it has them. */
export function partsOf(type: SchemaType): string[] {
  switch (type.kind) {
    case 'array':
      return [type.element];
    case 'alternate':
      return [...type.types];
    case 'object':
      return [...type.members.map((member) => member.type), ...type.variants.map((variant) => variant.type)];
    default:
      return [];
  }
}

function readCommand(entry: Json, name: string, where: string): SchemaCommand {
  return {
    name,
    arguments: text(entry, 'arg-type', where),
    return: text(entry, 'ret-type', where),
    oob: entry['allow-oob'] === true,
    features: features(entry, where),
  };
}

function readType(entry: Json, meta: string, name: string, where: string): SchemaType {
  switch (meta) {
    case 'builtin': {
      const json = text(entry, 'json-type', where);
      if (!isJsonType(json))
        throw new IntrospectionError(`Unknown "json-type" ${JSON.stringify(json)} in ${where}.`);
      return { kind: 'builtin', name, json };
    }
    case 'enum':
      return { kind: 'enum', name, values: readValues(entry, where) };
    case 'array':
      return { kind: 'array', name, element: text(entry, 'element-type', where) };
    case 'alternate':
      return {
        kind: 'alternate',
        name,
        types: list(entry, 'members', where).map((m) => text(m, 'type', where)),
      };
    case 'object':
      return readObject(entry, name, where);
    default:
      throw new IntrospectionError(`Unknown "meta-type" ${JSON.stringify(meta)} in ${where}.`);
  }
}

/** Since QEMU 6.2 `members`, which can carry features; before that `values` alone. */
function readValues(entry: Json, where: string): SchemaValue[] {
  if (entry['members'] !== undefined) {
    return list(entry, 'members', where).map((value) => ({
      name: text(value, 'name', where),
      features: features(value, where),
    }));
  }
  const values = entry['values'];
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string'))
    throw new IntrospectionError(
      `Expected an array of strings as "values" in ${where}; got ${describe(values)}.`,
    );
  return values.map((name) => ({ name, features: [] }));
}

function readObject(entry: Json, name: string, where: string): SchemaType {
  const members = list(entry, 'members', where).map((member) => ({
    name: text(member, 'name', where),
    type: text(member, 'type', where),
    optional: 'default' in member,
    features: features(member, where),
  }));
  const tag = entry['tag'] === undefined ? undefined : text(entry, 'tag', where);
  if (tag !== undefined && !members.some((member) => member.name === tag))
    throw new IntrospectionError(`The tag ${JSON.stringify(tag)} is no member of ${where}.`);
  const variants =
    entry['variants'] === undefined
      ? []
      : list(entry, 'variants', where).map((variant) => ({
          case: text(variant, 'case', where),
          type: text(variant, 'type', where),
        }));
  return { kind: 'object', name, members, tag, variants };
}

function requireTypes(
  commands: readonly SchemaCommand[],
  events: readonly SchemaEvent[],
  types: ReadonlyMap<string, SchemaType>,
): void {
  const uses: [user: string, type: string][] = [
    ...commands.flatMap((command): [string, string][] => [
      [`the command ${command.name}`, command.arguments],
      [`the command ${command.name}`, command.return],
    ]),
    ...events.map((event): [string, string] => [`the event ${event.name}`, event.data]),
    ...[...types.values()].flatMap((type) =>
      partsOf(type).map((part): [string, string] => [`the type ${type.name}`, part]),
    ),
  ];
  const dangling = uses.find(([, type]) => !types.has(type));
  if (dangling !== undefined)
    throw new IntrospectionError(
      `${dangling[0]} names the type ${JSON.stringify(dangling[1])}, which is missing.`,
    );
}

function isJsonType(json: string): json is SchemaJsonType {
  return JSON_TYPES.has(json);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(entry: Json, key: string, where: string): string {
  const value = entry[key];
  if (typeof value !== 'string')
    throw new IntrospectionError(
      `Expected a string as ${JSON.stringify(key)} in ${where}; got ${describe(value)}.`,
    );
  return value;
}

function list(entry: Json, key: string, where: string): Json[] {
  const value = entry[key];
  if (!Array.isArray(value) || !value.every(isObject))
    throw new IntrospectionError(
      `Expected an array of objects as ${JSON.stringify(key)} in ${where}; got ${describe(value)}.`,
    );
  return value;
}

function features(entry: Json, where: string): string[] {
  const value = entry['features'] ?? [];
  if (!Array.isArray(value) || !value.every((feature) => typeof feature === 'string'))
    throw new IntrospectionError(
      `Expected an array of strings as "features" in ${where}; got ${describe(value)}.`,
    );
  return value;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const shown = JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
