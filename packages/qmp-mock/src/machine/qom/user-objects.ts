import { givenValue } from './given-value.ts';
import type { TypeTable } from '../types/type-table.ts';
import { assemble } from './assemble.ts';
import type { ObjectTable } from './object-table.ts';
import type { Known, QomObject } from './qom-object.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { checkArguments } from '../../engine/schema/check-arguments.ts';
import type { Schema } from '../../engine/schema/schema.ts';
import { genericError } from '../command.ts';
import type { QomMount } from './mount.ts';
import { textProperty, type PropertyView } from './property.ts';
import { checkLimits, limitOf, limitsOf, limitsWith } from './throttle-limits.ts';

/** An object that a user made. */
export interface UserObject {
  readonly type: string;
  /** Its given properties. */
  readonly properties: ReadonlyMap<string, QValue>;
  /** Number of its thread, if it is one; a mock has none. */
  readonly thread?: number | undefined;
}

/** Number of the first iothread's thread: those of CPUs are less. */
const FIRST_THREAD = 10_000;

/** Tables of the version that {@link UserObjects} needs. */
export interface UserObjectsParts {
  readonly types: () => TypeTable;
  readonly table: () => ObjectTable;
  readonly schema: () => Schema;
  /** Ids of threads, which iothreads are said to be while there are enough. */
  readonly threads: () => readonly number[];
}

/** Objects of `-object` and `object-add`, by their id. */
export class UserObjects {
  readonly #parts: UserObjectsParts;
  /** Those that have been looked at. */
  readonly #shown = new Map<UserObject, QomObject | undefined>();
  readonly #objects = new Map<string, UserObject>();
  #threads = 0;
  /** Ids that were taken away. */
  readonly #gone = new Set<string>();

  constructor(parts: UserObjectsParts) {
    this.#parts = parts;
  }

  /** Makes one. The caller has seen to it that the id is free. */
  add(id: string, type: string, properties: QDict): void {
    const thread = type === 'iothread' ? this.#nextThread() : undefined;
    this.#objects.set(id, { type, properties: new Map(properties), thread });
  }

  #nextThread(): number {
    const number = this.#threads++;
    return this.#parts.threads()[number] ?? FIRST_THREAD + number;
  }

  /**
   * Sets a property that is more than a value: the limits of a throttle group, of which those that are left
   * out stay. Throws QEMU's refusal.
   *
   * @returns Whether it is such a property.
   */
  set(id: string, property: string, value: QValue): boolean {
    const object = this.#objects.get(id);
    if (object?.type !== 'throttle-group' || property !== 'limits') return false;
    const args = new QDict([
      ['qom-type', object.type],
      ['id', 'x'],
      ['limits', value],
    ]);
    const refusal = checkArguments(this.#parts.schema(), 'object-add', args);
    if (refusal !== undefined) throw genericError(refusal);
    const limits = limitsWith(limitsOf(object.properties), value as QDict);
    checkLimits(limits);
    this.#objects.set(id, { ...object, properties: new Map([['limits', limits]]) });
    return true;
  }

  /** Takes one away; tells whether there was one. */
  remove(id: string): boolean {
    const was = this.#objects.delete(id);
    if (was) this.#gone.add(id);
    return was;
  }

  /** Whether there was one with that id that was taken away. */
  hasGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** The type of one, or `undefined` if it isn't there. */
  typeOf(id: string): string | undefined {
    return this.#objects.get(id)?.type;
  }

  /** Whether the properties of objects of that type are known. */
  isDescribed(type: string): boolean {
    return this.#parts.table().find(`object ${type}`, 'cold') !== undefined;
  }

  /** Whether there is one with that id. */
  has(id: string): boolean {
    return this.#objects.has(id);
  }

  /** The one with that id, or `undefined` if there is none. */
  find(id: string): UserObject | undefined {
    return this.#objects.get(id);
  }

  /** A property that one was given. */
  given(id: string, property: string): QValue | undefined {
    return this.#objects.get(id)?.properties.get(property);
  }

  /** Those of a type, oldest first. */
  ofType(type: string): readonly (Omit<UserObject, 'type'> & { readonly id: string })[] {
    return [...this.#objects]
      .filter(([, object]) => object.type === type)
      .map(([id, { properties, thread }]) => ({ id, properties, thread }));
  }

  /** Place of the user-made objects in the object tree. */
  get mount(): QomMount {
    return {
      path: '/objects',
      children: () => [...this.#objects].map(([name, { type }]) => ({ name, type })),
      typeOf: (id) => this.#objects.get(id)?.type,
      object: (id) => {
        const object = this.#objects.get(id);
        if (object === undefined) return undefined;
        if (!this.#shown.has(object)) this.#shown.set(object, this.describe(id, object));
        return this.#shown.get(object);
      },
      properties: (id) => {
        const object = this.#objects.get(id);
        return object === undefined ? undefined : propertiesOf(object);
      },
    };
  }

  /** The object of such a type with such properties; `undefined` if none was recorded. */
  describe(id: string, { type, properties, thread }: UserObject): QomObject | undefined {
    const types = this.#parts.types();
    const table = this.#parts.table();
    const record = table.find(`object ${type}`, 'cold');
    if (record === undefined) return undefined;
    const rename = (pattern: string): string =>
      pattern.startsWith('%') ? `${id}${pattern.slice(1)}` : pattern;
    const own = (name: string, propertyType: string): Known | undefined => {
      if (name === 'thread-id' && thread !== undefined) return { value: thread };
      if (type === 'throttle-group') {
        const limit = limitOf(name);
        if (name === 'limits') return { value: limitsOf(properties) };
        if (limit !== undefined) return { value: limitsOf(properties).get(limit) ?? 0 };
      }
      const given = properties.get(name);
      if (given === undefined) return undefined;
      if (Array.isArray(given) && propertyType === 'QAuthZListRule') return { value: given };
      const value = givenValue(propertyType, name, given);
      return value === undefined ? 'unknown' : { value };
    };
    const root = `/objects/${id}`;
    const isSize = properties.has('size');
    return assemble(
      record.objects,
      root,
      (path, recorded) => ({
        types,
        table,
        path,
        root,
        name: rename,
        id,
        own: recorded === '' ? own : (name) => (name === 'size' && isSize ? 'unknown' : undefined),
      }),
      rename,
    );
  }
}

function* propertiesOf({ type, properties }: UserObject): Iterable<[string, PropertyView]> {
  yield ['type', textProperty(type)];
  for (const [name, value] of properties) yield [name, { type: typeName(value), value, writable: true }];
}

function typeName(value: QValue): string {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' || typeof value === 'bigint' ? 'int' : 'string';
}
