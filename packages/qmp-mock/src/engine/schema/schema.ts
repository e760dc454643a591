import type { QemuProfile, VersionReader } from '../profile.ts';
import type { CommandEntry, EventEntry, ObjectEntry, SchemaEntry, TypeEntry } from './introspection.ts';
import { ParsedMap } from './parsed-map.ts';

/** Width of an integer. The introspection schema says `int` for all of them. */
export type IntegerWidth = 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64';

/** Facts that QEMU's refusals show beyond its schema, recorded from a real QEMU. */
interface Refusals {
  /** Widths by type and member (or by alternate and number of the branch). Others are `int64`. */
  readonly widths: Readonly<Record<string, Readonly<Record<string, IntegerWidth>>>>;
  /** QEMU's own names of alternates. */
  readonly alternates: Readonly<Record<string, string>>;
  /** Commands whose arguments QEMU parses by itself. */
  readonly unchecked: readonly string[];
}

/** A command in the schema. */
export interface CommandInfo {
  /** Its name. */
  readonly name: string;
  /** Type of its arguments, for {@link Schema.type}. */
  readonly argType: string;
  /** Type of its result, for {@link Schema.type}. */
  readonly retType: string;
  /** Whether `exec-oob` may run it. */
  readonly allowOob: boolean;
  /** Whether QEMU checks its arguments against the schema (`device_add` is the exception). */
  readonly checked: boolean;
  /** Its features: `deprecated`, `unstable` and others. */
  readonly features: readonly string[];
}

/** An event in the schema. */
export interface EventInfo {
  /** Its name. */
  readonly name: string;
  /** Type of its data, for {@link Schema.type}. */
  readonly argType: string;
  /** Its features: `deprecated`, `unstable` and others. */
  readonly features: readonly string[];
}

/**
 * The introspection schema of one QEMU version, indexed by name.
 *
 * @example
 * loadSchema('10.0').commands.get('migrate-pause')?.allowOob // true
 */
export class Schema {
  /** The QEMU version, for example `10.0`. */
  readonly version: string;
  /** Commands by name, in the order of `query-qmp-schema`. */
  readonly commands: ReadonlyMap<string, CommandInfo>;
  /** Events by name, in the order of `query-qmp-schema`. */
  readonly events: ReadonlyMap<string, EventInfo>;
  readonly #types: ReadonlyMap<string, TypeEntry>;
  readonly #refusals: Refusals;
  readonly #text: string;

  constructor(version: string, text: string, refusals: Refusals) {
    const unchecked = new Set(refusals.unchecked);
    const { commands, events, types } = textsOf(text);
    this.version = version;
    this.commands = new ParsedMap(commands, (line) => commandInfo(JSON.parse(line), unchecked));
    this.events = new ParsedMap(events, (line) => eventInfo(JSON.parse(line)));
    this.#types = new ParsedMap(types, (line) => JSON.parse(line) as TypeEntry);
    this.#refusals = refusals;
    this.#text = text;
  }

  /** Finds a type by name. Throws `RangeError` for an unknown name. */
  type(name: string): TypeEntry {
    const entry = this.#types.get(name);
    if (!entry) throw new RangeError(`QEMU ${this.version}'s schema has no type ${JSON.stringify(name)}`);
    return entry;
  }

  /** Finds an object type by name. Throws `RangeError` if it is something else. */
  objectType(name: string): ObjectEntry {
    const entry = this.type(name);
    if (entry['meta-type'] !== 'object')
      throw new RangeError(`Type ${name} of QEMU ${this.version} is not an object`);
    return entry;
  }

  /**
   * Width of an integer (or of the integers of a list) at a member of an object, or at a branch of an
   * alternate, which is given by its number from 0. Default: `int64`.
   */
  width(type: string, member: string | number): IntegerWidth {
    const members = this.#refusals.widths[type];
    return members && Object.hasOwn(members, member) ? members[member]! : 'int64';
  }

  /** QEMU's own name of an alternate, or `undefined` if refusals never show it. */
  alternateName(type: string): string | undefined {
    return this.#refusals.alternates[type];
  }

  /**
   * Names of the commands in the order of `query-commands`: the reverse of the schema's, except that commands
   * that are registered by hand come first.
   */
  commandNames(): string[] {
    const checked = [...this.commands.values()].filter((info) => info.checked).toReversed();
    return [...this.#refusals.unchecked, ...checked.map((info) => info.name)];
  }

  /** Names of the events in the order of the schema. */
  eventNames(): string[] {
    return [...this.events.keys()];
  }

  /** The result of `query-qmp-schema`, as the text that QEMU prints (a JSON array of 200 to 250 KB). */
  queryQmpSchemaText(): string {
    return `[${linesOf(this.#text).join(', ')}]`;
  }
}

const NAME = '{"name": "';
const KIND = '"meta-type": "';

/** The recorded file has QEMU's own text of each entry on a line of its own. Other texts are parsed. */
function linesOf(text: string): string[] {
  if (text.startsWith(`[\n${NAME}`)) return text.slice('[\n'.length, -'\n]\n'.length).split(',\n');
  return (JSON.parse(text) as SchemaEntry[]).map((entry) => JSON.stringify(entry));
}

/** Name and kind of an entry; nothing of a recorded line is parsed. */
function headOf(line: string): { name: string; kind: string } {
  if (!line.startsWith(NAME)) {
    const { name, 'meta-type': kind } = JSON.parse(line) as SchemaEntry;
    return { name, kind };
  }
  const name = line.slice(NAME.length, line.indexOf('"', NAME.length));
  const kind = line.indexOf(KIND) + KIND.length;
  return { name, kind: line.slice(kind, line.indexOf('"', kind)) };
}

/** The texts of a schema's entries by name, apart by their kinds. */
function textsOf(text: string): Record<'commands' | 'events' | 'types', ReadonlyMap<string, string>> {
  const commands = new Map<string, string>();
  const events = new Map<string, string>();
  const types = new Map<string, string>();
  for (const line of linesOf(text)) {
    const { name, kind } = headOf(line);
    (kind === 'command' ? commands : kind === 'event' ? events : types).set(name, line);
  }
  return { commands, events, types };
}

function commandInfo(entry: CommandEntry, unchecked: ReadonlySet<string>): CommandInfo {
  return {
    name: entry.name,
    argType: entry['arg-type'],
    retType: entry['ret-type'],
    allowOob: entry['allow-oob'] === true,
    checked: !unchecked.has(entry.name),
    features: entry.features ?? [],
  };
}

function eventInfo(entry: EventEntry): EventInfo {
  return { name: entry.name, argType: entry['arg-type'], features: entry.features ?? [] };
}

const loaded = new WeakMap<VersionReader, Schema>();

/**
 * Gives the introspection schema of a QEMU version. It's read at the first call, and kept as long as the
 * version's reader.
 *
 * @param profile - The version, with the reader of its recorded files.
 * @example
 * const schema = schemaOf(loadProfile('11.1'))
 * checkArguments(schema, 'eject', args)
 */
export function schemaOf({ name, read }: Pick<QemuProfile, 'name' | 'read'>): Schema {
  let schema = loaded.get(read);
  if (!schema) {
    const refusals: Refusals = JSON.parse(read('refusals.json'));
    schema = new Schema(name, read('schema.json'), refusals);
    loaded.set(read, schema);
  }
  return schema;
}
