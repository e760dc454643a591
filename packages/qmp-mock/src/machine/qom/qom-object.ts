import { asInserted } from '../../engine/json/as-inserted.ts';
import { GlibTable } from '../../engine/json/glib-order.ts';
import { fromPlain } from '../../engine/json/plain.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import type { TypeTable } from '../types/type-table.ts';
import { impliedValue, type ObjectRecord, type PropertyRecord } from './object-record.ts';
import type { ObjectTable } from './object-table.ts';
import { childProperty, type PropertyView } from './property.ts';

/** Properties that every object of a class has stand before those that it got itself; `type` always does. */
const OF_THE_CLASS = 1;

/** Properties that a bus gets once the machine is made, with the devices that it was started with. */
const LATE = 'acpi-pcihp-bsel';

/** Differences between an object and the recorded one. */
export interface ObjectPlace {
  readonly types: TypeTable;
  readonly table: ObjectTable;
  /** Its path. */
  readonly path: string;
  /** Path of the recorded object that it belongs to, for which `%` stands in texts. */
  readonly root: string;
  /** Replaces `%` in names by the id of a device, or the name of its bus. */
  readonly name: (pattern: string) => string;
  /** Id of the device that it is; `undefined` if it has none. */
  readonly id?: string | undefined;
  /** Values that aren't those that were recorded; `undefined` for a property that is as it was. */
  readonly own: (name: string, type: string) => Known | undefined;
}

/** A value, or that it isn't known. */
export type Known = { readonly value: QValue } | 'unknown';

/** An object of the tree, as a real one was recorded: its properties in QEMU's order, with their values. */
export class QomObject {
  readonly type: string;
  readonly path: string;
  /** Objects below it, by name. */
  readonly children: Map<string, QomObject> = new Map();
  readonly #lazy = new Map<string, () => QomObject | undefined>();
  readonly #record: ObjectRecord;
  readonly #place: ObjectPlace;
  readonly #added = new Map<string, PropertyView>();
  readonly #set = new Map<string, Known>();
  #properties: ReadonlyMap<string, PropertyRecord> | undefined;
  /** Those that it got itself, once others have come. */
  #order: GlibTable | undefined | 'unknown';
  #isSettled = false;

  constructor(record: ObjectRecord, place: ObjectPlace) {
    this.#record = record;
    this.#place = place;
    this.type = record[1];
    this.path = place.path;
  }

  /** The object with that name below it. */
  child(name: string): QomObject | undefined {
    return this.children.get(name) ?? this.#lazy.get(name)?.();
  }

  /** Names of its properties as `qom-list` shows them; `undefined` if their order isn't known. */
  names(): readonly string[] | undefined {
    const own = [...this.#own().keys()];
    if (this.#order === 'unknown') return undefined;
    this.settle();
    if (this.#order !== undefined) {
      return [...own.slice(0, OF_THE_CLASS), ...[...this.#order.keys()].toReversed()];
    }
    // Where the name of a bus stands depends on what it hashes to, and on what came before it.
    const isNamed = this.#place.table.properties(this.#record).some(([name]) => name.startsWith('%'));
    return isNamed ? undefined : own;
  }

  /** Names of the properties that it was recorded with. */
  recordedNames(): readonly string[] {
    return [...this.#own().keys()];
  }

  /** A property, or `undefined` if it doesn't have it. */
  property(name: string): PropertyView | undefined {
    const added = this.#added.get(name);
    if (added !== undefined) return added;
    const record = this.#own().get(name);
    return record === undefined ? undefined : this.#view(record, name);
  }

  /** Adds a link or a child. */
  add(name: string, view: PropertyView): void {
    this.#added.set(name, view);
    const order = this.#ordered();
    if (order !== 'unknown') order.add(name);
  }

  /** Names of the objects below it. */
  childNames(): readonly string[] {
    return [...this.children.keys(), ...this.#lazy.keys()];
  }

  /** An object that is made once somebody looks at it. */
  addLazily(name: string, make: () => QomObject | undefined): void {
    this.#lazy.set(name, make);
  }

  /** The machine is made: what comes from now on comes while it runs. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#order instanceof GlibTable && this.#own().has(LATE)) this.#order.add(LATE);
  }

  /** Takes one away. */
  delete(name: string): void {
    this.#added.delete(name);
    this.#lazy.delete(name);
    const order = this.#ordered();
    if (order !== 'unknown') order.delete(name);
  }

  /**
   * Keeps a value that was set. What becomes of a structure, of which members may be left out, isn't known.
   */
  set(name: string, value: QValue): void {
    this.#set.set(name, value instanceof QDict ? 'unknown' : { value });
  }

  #own(): ReadonlyMap<string, PropertyRecord> {
    this.#properties ??= new Map(
      this.#place.table.properties(this.#record).map((property) => [this.#place.name(property[0]), property]),
    );
    return this.#properties;
  }

  #ordered(): GlibTable | 'unknown' {
    if (this.#order === undefined) {
      const names = [...this.#own().keys()].slice(OF_THE_CLASS);
      const early = this.#isSettled ? names : names.filter((name) => name !== LATE);
      this.#order = GlibTable.restore(early.toReversed()) ?? 'unknown';
    }
    return this.#order;
  }

  #view([pattern, type, settable]: PropertyRecord, name: string): PropertyView {
    if (type.startsWith('child<')) return childProperty(type.slice(6, -1), `${this.path}/${name}`);
    const { table, id } = this.#place;
    const writable = settable === true;
    const isSettingUnknown = settable === undefined;
    const device = id === undefined ? 'anonymous device' : `device '${id}'`;
    const refusal =
      typeof settable === 'number'
        ? table
            .refusal(settable)
            // A device's own properties are recorded with and without an id.
            .replace(/(device '%i'|anonymous device)(?= \(type '%t'\))/, () => device)
            .replace("device '%i'", () => device)
            .replace('%t', () => this.type)
            .replace('%p', () => name)
        : undefined;
    const [, , , , , unreadable = {}] = this.#record;
    const error = Object.hasOwn(unreadable, pattern) ? unreadable[pattern] : undefined;
    return { type, value: this.#value(pattern, type), error, writable, refusal, isSettingUnknown };
  }

  #value(name: string, type: string): QValue | undefined {
    if (name === 'type') return this.type;
    const own = this.#set.get(name) ?? this.#place.own(name, type);
    if (own === 'unknown') return undefined;
    if (own !== undefined) return own.value;
    const [, , , values = {}, varying = []] = this.#record;
    if (varying.includes(name)) return undefined;
    const value = Object.hasOwn(values, name)
      ? values[name]
      : impliedValue(this.#place.types, this.type, name, type);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.startsWith('%') && type.startsWith('link<')) {
      return this.#place.root + value.slice(1).split('/').map(this.#place.name).join('/');
    }
    // Another device, which isn't there.
    if (typeof value === 'string' && value.startsWith('/machine/peripheral/')) return undefined;
    return asInserted(fromPlain(value));
  }
}
