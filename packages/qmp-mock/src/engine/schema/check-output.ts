import { QFloat } from '../json/value.ts';
import type { AlternateEntry, ObjectEntry } from './introspection.ts';
import type { Schema } from './schema.ts';

/** One part of a value that QEMU wouldn't send. */
export interface Problem {
  /**
   * Path of the part: `return.status`, `return[0].name`, `data.reason`; empty for an unknown command or
   * event.
   */
  readonly path: string;
  /** The fault, and what would be right, as the end of a sentence that begins with the path. */
  readonly message: string;
}

/** Number of problems after which the search ends: the first few tell the story. */
const MOST_PROBLEMS = 50;
/** Depth that QEMU's output never exceeds. */
const MOST_DEPTH = 256;

/**
 * Lists the problems of a command's return value under the schema; empty if QEMU could return it. `undefined`
 * stands for the empty object that QEMU returns if a command has no result.
 *
 * @param value - Plain JavaScript data (`bigint` for big integers), or the engine's own `QDict` and `QFloat`.
 *   Members that are `undefined` count as absent, as in `JSON.stringify`.
 * @example
 * checkReturn(loadSchema('10.0'), 'query-status', { running: true, status: 'runing' })
 * // [{ path: 'return.status', message: "is 'runing', but must be one of 'debug', 'inmigrate', …" }]
 */
export function checkReturn(schema: Schema, command: string, value: unknown): Problem[] {
  const info = schema.commands.get(command);
  if (!info) return [{ path: '', message: `QEMU ${schema.version} has no command '${command}'` }];
  return new OutputCheck(schema).run(info.retType, value === undefined ? {} : value, 'return');
}

/**
 * Lists the problems of an event's data under the schema; empty if QEMU could send it.
 *
 * @param data - As for {@link checkReturn}; `undefined` for an event without data.
 * @example
 * checkEvent(loadSchema('10.0'), 'RESET', { guest: false })
 * // [{ path: 'data.reason', message: 'is missing: it must be one of …' }]
 */
export function checkEvent(schema: Schema, event: string, data?: unknown): Problem[] {
  const info = schema.events.get(event);
  if (!info) return [{ path: '', message: `QEMU ${schema.version} has no event '${event}'` }];
  return new OutputCheck(schema).run(info.argType, data === undefined ? {} : data, 'data');
}

class OutputCheck {
  readonly #schema: Schema;
  readonly #problems: Problem[] = [];
  /** The objects and arrays around the present value. */
  readonly #around = new Set<unknown>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  run(type: string, value: unknown, root: string): Problem[] {
    this.#check(type, value, root, 0);
    return this.#problems;
  }

  #complain(path: string, message: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push({ path, message });
  }

  #wrong(path: string, value: unknown, type: string): void {
    this.#complain(path, `is ${describe(value)}, but must be ${this.#describeType(type)}`);
  }

  #check(type: string, value: unknown, path: string, depth: number): void {
    if (depth > MOST_DEPTH) {
      this.#complain(path, `is nested more than ${MOST_DEPTH} levels deep`);
      return;
    }
    if (typeof value !== 'object' || value === null) {
      this.#checkPart(type, value, path, depth);
    } else if (this.#around.has(value)) {
      this.#complain(path, 'contains itself');
    } else {
      this.#around.add(value);
      this.#checkPart(type, value, path, depth);
      this.#around.delete(value);
    }
  }

  #checkPart(type: string, value: unknown, path: string, depth: number): void {
    const entry = this.#schema.type(type);
    switch (entry['meta-type']) {
      case 'builtin':
        if (!fits(entry['json-type'], value)) this.#wrong(path, value, type);
        break;
      case 'enum':
        if (typeof value !== 'string' || !entry.values.includes(value)) this.#wrong(path, value, type);
        break;
      case 'array':
        if (!Array.isArray(value)) this.#wrong(path, value, type);
        else {
          for (const [index, item] of value.entries()) {
            this.#check(entry['element-type'], item, `${path}[${index}]`, depth + 1);
          }
        }
        break;
      case 'alternate':
        this.#alternate(entry, value, path, depth);
        break;
      default: {
        const members = membersOf(value);
        if (members) this.#object(entry, members, path, depth);
        else this.#wrong(path, value, type);
      }
    }
  }

  #alternate(entry: AlternateEntry, value: unknown, path: string, depth: number): void {
    const branch = entry.members.find(({ type }) => this.#couldBe(type, value));
    if (branch) this.#checkPart(branch.type, value, path, depth);
    else this.#wrong(path, value, entry.name);
  }

  /** Whether the JSON type is right: only that chooses the branch of an alternate. */
  #couldBe(type: string, value: unknown): boolean {
    const entry = this.#schema.type(type);
    switch (entry['meta-type']) {
      case 'builtin':
        return fits(entry['json-type'], value);
      case 'enum':
        return typeof value === 'string';
      case 'array':
        return Array.isArray(value);
      default:
        return membersOf(value) !== undefined;
    }
  }

  #object(entry: ObjectEntry, members: ReadonlyMap<string, unknown>, path: string, depth: number): void {
    const known = new Set<string>();
    const complete = this.#members(entry, members, path, depth, known);
    // If the members of a union aren't known, a surplus one isn't the fault to report.
    if (!complete) return;
    for (const name of members.keys()) {
      if (!known.has(name)) {
        this.#complain(
          at(path, name),
          `is not in the schema of QEMU ${this.#schema.version}, which has here: ${list([...known]) || 'nothing'}`,
        );
      }
    }
  }

  /** Checks the members of the object and of its variant. Returns whether the variant is known. */
  #members(
    entry: ObjectEntry,
    members: ReadonlyMap<string, unknown>,
    path: string,
    depth: number,
    known: Set<string>,
  ): boolean {
    for (const member of entry.members) {
      known.add(member.name);
      const place = at(path, member.name);
      if (members.has(member.name)) this.#check(member.type, members.get(member.name), place, depth + 1);
      else if (!('default' in member)) {
        this.#complain(place, `is missing: it must be ${this.#describeType(member.type)}`);
      }
    }
    if (entry.tag === undefined) return true;
    const chosen = members.get(entry.tag);
    const variant = entry.variants?.find((candidate) => candidate.case === chosen);
    if (!variant) return false;
    return this.#members(this.#schema.objectType(variant.type), members, path, depth, known);
  }

  #describeType(type: string): string {
    const entry = this.#schema.type(type);
    switch (entry['meta-type']) {
      case 'builtin':
        return builtinNames[entry['json-type']];
      case 'enum':
        return entry.values.length === 1 ? list(entry.values) : `one of ${list(entry.values)}`;
      case 'array':
        return 'an array';
      case 'alternate':
        return entry.members.map((branch) => this.#describeType(branch.type)).join(', or ');
      default:
        return 'an object';
    }
  }
}

const builtinNames = {
  string: 'a string',
  number: 'a number',
  int: 'an integer of at most 64 bits',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  array: 'an array',
  value: 'a JSON value',
} as const;

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

function fits(jsonType: keyof typeof builtinNames, value: unknown): boolean {
  switch (jsonType) {
    case 'int':
      if (typeof value !== 'bigint' && (typeof value !== 'number' || !Number.isInteger(value))) return false;
      return value >= INT64_MIN && value <= UINT64_MAX;
    case 'number':
      return typeof value === 'bigint' || Number.isFinite(value instanceof QFloat ? value.value : value);
    case 'null':
      return value === null;
    case 'string':
    case 'boolean':
      return typeof value === jsonType;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return membersOf(value) !== undefined;
    default:
      return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
  }
}

/** Members of an object, or `undefined` for another value. Names such as `__proto__` aren't special. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof QFloat) {
    return undefined;
  }
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
}

function at(path: string, member: string): string {
  return `${path}.${member}`;
}

/** Names in quotes. Of a long list it gives the first ones, and the number of others. */
function list(names: readonly string[], most = 12): string {
  const quoted = names.slice(0, most).map((name) => `'${name}'`);
  return names.length > most ? `${quoted.join(', ')} and ${names.length - most} more` : quoted.join(', ');
}

function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 60 ? `'${value.slice(0, 60)}…' (${value.length} characters)` : `'${value}'`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return 'an array';
      return value instanceof QFloat ? `${value.value} (floating point)` : 'an object';
    default:
      return value === undefined ? 'undefined' : `a ${typeof value}`;
  }
}
