import { createHash } from 'node:crypto';
import { stringifyJson, type JsonValue } from 'qmp-core/wire';
import { knownVersions } from '../version/version-folders.ts';
import type { TypeEntry } from '../engine/schema/introspection.ts';
import { Schema } from '../engine/schema/schema.ts';
import { loadSchema } from '../version/load-profile.ts';
import type { CassetteLine, ShapeHashes } from './cassette.ts';

/**
 * A schema: the value that `query-qmp-schema` returns, or the name of a QEMU version that this package knows.
 */
export type SchemaSource = string | JsonValue[] | Schema;

/** Makes a schema of its source. */
export function schemaFrom(source: SchemaSource, version: string): Schema {
  if (source instanceof Schema) return source;
  if (typeof source === 'string') return loadSchema(source);
  return new Schema(version, stringifyJson(source), { widths: {}, alternates: {}, unchecked: [] });
}

/** The schema that this package has of a version such as `10.0.13`, or `undefined`. */
export function knownSchema(version: string | undefined): Schema | undefined {
  const name = /^\d+\.\d+/.exec(version ?? '')?.[0];
  return name !== undefined && knownVersions().includes(name) ? loadSchema(name) : undefined;
}

/** Hash of a whole schema; names of types, which mean nothing, and the order of entries do not count. */
export function schemaHash(schema: Schema): string {
  const commands = [...schema.commands.keys()]
    .toSorted()
    .map((name) => [name, hashOf(commandShape(schema, name))]);
  const events = [...schema.events.keys()].toSorted().map((name) => [name, hashOf(eventShape(schema, name))]);
  return `sha256:${createHash('sha256').update(JSON.stringify({ commands, events })).digest('hex')}`;
}

/** Shapes of all commands and events that the lines of a cassette use and the schema has, by name. */
export function shapesOf(schema: Schema, lines: readonly CassetteLine[]): ShapeHashes {
  const shapes: [string, string][] = [];
  for (const { kind, name } of usedNames(lines)) {
    const shape = kind === 'command' ? commandShape(schema, name) : eventShape(schema, name);
    if (shape !== undefined) shapes.push([name, hashOf(shape)]);
  }
  return Object.fromEntries(shapes);
}

/** A command or event that a cassette uses, and the first line that does. */
export interface UsedName {
  readonly kind: 'command' | 'event';
  readonly name: string;
  readonly line: number;
}

/** Each command and event of a cassette once, commands first, by name. */
export function usedNames(lines: readonly CassetteLine[]): UsedName[] {
  const used = new Map<string, UsedName>();
  for (const line of lines) {
    if (line.kind !== 'command' && line.kind !== 'event') continue;
    const key = `${line.kind} ${line.name}`;
    if (!used.has(key)) used.set(key, { kind: line.kind, name: line.name, line: line.line });
  }
  return [...used].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
}

/** Everything in a schema about a command, or `undefined` for an unknown name. */
export function commandShape(schema: Schema, name: string): JsonValue | undefined {
  const info = schema.commands.get(name);
  if (info === undefined) return undefined;
  const types = new TypeTable(schema);
  const roots = { arguments: types.add(info.argType), returns: types.add(info.retType), oob: info.allowOob };
  return { ...roots, types: types.finish() };
}

/** Everything in a schema about an event, or `undefined` for an unknown name. */
export function eventShape(schema: Schema, name: string): JsonValue | undefined {
  const info = schema.events.get(name);
  if (info === undefined) return undefined;
  const types = new TypeTable(schema);
  const data = types.add(info.argType);
  return { data, types: types.finish() };
}

function hashOf(shape: JsonValue | undefined): string {
  return createHash('sha256')
    .update(stringifyJson(shape ?? null))
    .digest('hex')
    .slice(0, 12);
}

/**
 * The types that can be reached from some others, numbered as they are met: their names in the schema change
 * with every build, and they refer to each other in circles.
 */
class TypeTable {
  readonly #schema: Schema;
  readonly #numbers = new Map<string, number>();
  readonly #queue: string[] = [];

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** The number of a type. */
  add(type: string): number {
    const known = this.#numbers.get(type);
    if (known !== undefined) return known;
    this.#numbers.set(type, this.#queue.length);
    return this.#queue.push(type) - 1;
  }

  finish(): JsonValue[] {
    const shapes: JsonValue[] = [];
    // Each type adds those that it refers to.
    for (let at = 0; at < this.#queue.length; at++)
      shapes.push(this.#shape(this.#schema.type(this.#queue[at]!)));
    return shapes;
  }

  #shape(entry: TypeEntry): JsonValue {
    switch (entry['meta-type']) {
      case 'builtin':
        return entry['json-type'];
      case 'enum':
        return [...(entry.values ?? entry.members?.map(({ name }) => name) ?? [])].toSorted();
      case 'array':
        return { of: this.add(entry['element-type']) };
      case 'alternate':
        return { oneOf: entry.members.map(({ type }) => this.add(type)) };
      default: {
        const members = entry.members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        return {
          members: Object.fromEntries(
            members.map((member) => [
              `${member.name}${'default' in member ? '?' : ''}`,
              this.add(member.type),
            ]),
          ),
          variants: Object.fromEntries(
            (entry.variants ?? [])
              .toSorted((a, b) => (a.case < b.case ? -1 : 1))
              .map((variant) => [variant.case, this.add(variant.type)]),
          ),
          ...(entry.tag === undefined ? {} : { tag: entry.tag }),
        };
      }
    }
  }
}
