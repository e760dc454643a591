import { GlibTable } from '../../engine/json/glib-order.ts';
import { fromPlain } from '../../engine/json/plain.ts';
import type { QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { deviceNotFound } from '../command.ts';
import type { QomObjectData, QomProperty } from '../machine-data.ts';
import type { QomMount } from './mount.ts';
import { childProperty, textProperty, type PropertyView } from './property.ts';
import type { QomObject } from './qom-object.ts';
import { checkType } from './property-types.ts';

const MACHINE = '/machine';
const OBJECTS = '/objects';

/**
 * Paths whose children come and go, so that QEMU's hash table decides their order; chardevs keep theirs
 * themselves.
 */
const CONTAINERS = new Set(['/', OBJECTS, '/machine/peripheral']);

/** Options of {@link QomTree}. */
export interface QomTreeParts {
  /** Objects by path that the machine has from the start. */
  readonly recorded: () => Readonly<Record<string, QomObjectData>>;
  /** The object of the machine; `undefined` if it wasn't recorded. */
  readonly machine: () => QomObject | undefined;
  /** `/objects` is there from the start; otherwise it comes with the first object. */
  readonly objectsContainer: boolean;
  /** Called before a property is set; throws QEMU's refusal of its value. */
  readonly onSet?: (path: string, name: string, value: QValue) => void;
  /** Objects of subsystems; if several are at one place, their order is that of their children. */
  readonly mounts: readonly QomMount[];
}

/** The objects of a machine (QOM): what a real one has at the start, and what subsystems keep. */
export class QomTree {
  readonly #parts: QomTreeParts;
  /** Values that were set, by path and name. */
  readonly #values = new Map<string, QValue>();
  readonly #order = new Map<string, GlibTable>();
  #hasObjects: boolean;

  constructor(parts: QomTreeParts) {
    this.#parts = parts;
    this.#hasObjects = parts.objectsContainer;
  }

  /** The canonical path of an object, `undefined` if there is none, or `ambiguous`. */
  find(path: string): string | undefined | { readonly ambiguous: true } {
    const parts = path.split('/').filter((part) => part !== '');
    if (path.startsWith('/')) return this.#descend('/', parts);
    const matches = this.#search('/', parts);
    if (matches.length > 1) return { ambiguous: true };
    return matches[0];
  }

  /** Type of the object at a canonical path. */
  typeOf(path: string): string {
    const type = this.property(path, 'type')?.value;
    return typeof type === 'string' ? type : 'container';
  }

  /** Names and types of the properties, in QEMU's order. */
  list(path: string): { name: string; type: string }[] {
    const object = this.#object(path);
    if (object !== undefined) {
      const names = object.names() ?? notModelled(`the order of the properties of ${path}`);
      return names.map((name) => ({ name, type: object.property(name)?.type ?? 'string' }));
    }
    const own = [...this.#properties(path)].map(([name, { type }]) => ({ name, type }));
    if (!CONTAINERS.has(path)) return own;
    const types = new Map(own.map(({ name, type }) => [name, type]));
    const order = this.#ordered(
      path,
      [...types.keys()].filter((name) => name !== 'type'),
    );
    return ['type', ...order].map((name) => ({ name, type: types.get(name) ?? 'string' }));
  }

  /** Paths of the objects below one. */
  children(path: string): string[] {
    const object = this.#object(path);
    const names =
      object?.childNames() ??
      [...this.#properties(path)].filter(([, { type }]) => type.startsWith('child<')).map(([name]) => name);
    return names.map((name) => below(path, name));
  }

  /** One property of an object. */
  property(path: string, name: string): PropertyView | undefined {
    const object = this.#object(path);
    if (object !== undefined) return object.property(name);
    const view = this.#view(path, name);
    return view === undefined ? undefined : this.#withValue(path, name, view);
  }

  /** Sets a property, which has to be writable; throws QEMU's refusal of a value of the wrong type. */
  set(path: string, name: string, value: QValue): void {
    const view = this.property(path, name);
    if (view === undefined) return;
    checkType(name, view.type, value);
    if (view.type.startsWith('link<') && value !== '') {
      const target = this.find(value as string);
      if (typeof target !== 'string') throw deviceNotFound(value as string);
      value = target;
    }
    this.#parts.onSet?.(path, name, value);
    const object = this.#object(path);
    if (object === undefined) this.#values.set(`${path} ${name}`, value);
    else object.set(name, value);
  }

  /** Runs what adds a child to a container: the order of its children depends on which came before. */
  adding(path: string, name: string, action: () => void): void {
    if (!this.#order.has(path)) this.list(path);
    action();
    const table = this.#order.get(path);
    if (table?.has(name) === false) table.add(name);
  }

  /**
   * Runs a check that QEMU makes when a child has its place already. One that is refused leaves a mark in the
   * hash table, as one that has gone does.
   */
  trying<T>(path: string, name: string, check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (this.property(path, name) === undefined) {
        this.adding(path, name, () => {});
        this.removed(path, name);
      }
      throw error;
    }
  }

  /** Takes note that a child has gone. */
  removed(path: string, name: string): void {
    this.#order.get(path)?.delete(name);
  }

  /** `/objects` comes with the first command that looks there. */
  touchObjects(): void {
    this.#hasObjects = true;
  }

  /** An object that was recorded: the machine, one that a subsystem keeps, or one in them. */
  #object(path: string): QomObject | undefined {
    const [, place = '', name = '', ...rest] = path.split('/');
    let object: QomObject | undefined;
    if (`/${place}` === MACHINE) {
      object = this.#parts.machine();
      if (name !== '') object = object?.child(name);
    } else if (name !== '') {
      for (const mount of this.#parts.mounts) {
        if (mount.path === `/${place}`) object ??= mount.object?.(name);
      }
    }
    for (const part of rest) object = object?.child(part);
    return object;
  }

  #descend(from: string, parts: readonly string[]): string | undefined {
    let path = from;
    for (const part of parts) {
      const property = this.property(path, part);
      if (property === undefined) return undefined;
      if (property.type.startsWith('link<') && typeof property.value === 'string' && property.value !== '') {
        path = property.value;
      } else if (property.type.startsWith('child<')) {
        path = below(path, part);
      } else {
        return undefined;
      }
    }
    return path;
  }

  /** All objects below `from` at which a partial path ends. */
  #search(from: string, parts: readonly string[]): string[] {
    const here = this.#descend(from, parts);
    const found = here === undefined ? [] : [here];
    for (const path of this.children(from)) {
      if (found.length > 1) break;
      found.push(...this.#search(path, parts));
    }
    return found;
  }

  #properties(path: string): Map<string, PropertyView> {
    const views = new Map<string, PropertyView>();
    const mounted = this.#mountedAt(path);
    const objects = this.#objectsAreAt(path);
    if (path === OBJECTS && !objects) return views;
    for (const [name, property] of Object.entries(this.#recordedAt(path))) {
      if (path === '/' && name === 'objects' && !objects) continue;
      views.set(name, recordedView(path, name, property));
    }
    if (path === '/' && objects && !views.has('objects')) {
      views.set('objects', childProperty('container', OBJECTS));
    }
    if (path === OBJECTS) views.set('type', textProperty('container'));
    const machine = path === '/' ? this.#parts.machine() : undefined;
    if (machine !== undefined && views.has('machine'))
      views.set('machine', childProperty(machine.type, MACHINE));
    for (const { name, type } of mounted) views.set(name, childProperty(type, below(path, name)));
    if (views.size === 0) {
      for (const [name, view] of this.#mountedObject(path)) views.set(name, view);
    }
    for (const [name, view] of views) views.set(name, this.#withValue(path, name, view));
    return views;
  }

  /** One of the properties, without a list of all: a container may have thousands. */
  #view(path: string, name: string): PropertyView | undefined {
    const objects = this.#objectsAreAt(path);
    if (path === OBJECTS && !objects) return undefined;
    for (const mount of this.#parts.mounts.toReversed()) {
      const type = mount.path === path ? mount.typeOf(name) : undefined;
      if (type !== undefined) return childProperty(type, below(path, name));
    }
    if (path === OBJECTS && name === 'type') return textProperty('container');
    const isMissing = path === '/' && name === 'objects' && !objects;
    const recorded = this.#recordedAt(path);
    if (Object.hasOwn(recorded, name) && !isMissing) return recordedView(path, name, recorded[name]!);
    if (path === '/' && name === 'objects' && objects) return childProperty('container', OBJECTS);
    if (Object.keys(recorded).length > 0) return undefined;
    for (const [own, view] of this.#mountedObject(path)) if (own === name) return view;
    return undefined;
  }

  #withValue(path: string, name: string, view: PropertyView): PropertyView {
    const value = this.#values.get(`${path} ${name}`);
    return value === undefined ? view : { ...view, value };
  }

  #recordedAt(path: string): Readonly<QomObjectData> {
    const recorded = this.#parts.recorded();
    return Object.hasOwn(recorded, path) ? (recorded[path] ?? {}) : {};
  }

  /** Whether `/objects` is there, asked about it or its parent. */
  #objectsAreAt(path: string): boolean {
    return this.#hasObjects || (isObjects(path) && this.#mountedAt(OBJECTS).length > 0);
  }

  /** Children that subsystems keep in a container. */
  #mountedAt(path: string): { readonly name: string; readonly type: string }[] {
    return this.#parts.mounts.filter((mount) => mount.path === path).flatMap((mount) => mount.children());
  }

  /** Properties of an object that a subsystem keeps. */
  #mountedObject(path: string): Iterable<readonly [string, PropertyView]> {
    const at = path.lastIndexOf('/');
    const folder = path.slice(0, at);
    for (const mount of this.#parts.mounts) {
      const found = mount.path === folder ? mount.properties(path.slice(at + 1)) : undefined;
      if (found !== undefined) return found;
    }
    return [];
  }

  /** Children in the order of QEMU's hash table, backwards; it remembers how they came and went. */
  #ordered(path: string, names: readonly string[]): string[] {
    let table = this.#order.get(path);
    if (table === undefined) {
      table = new GlibTable();
      this.#order.set(path, table);
      // These are recorded as QEMU lists them: backwards.
      const first = Object.keys(this.#parts.recorded()['/'] ?? {}).filter((name) => names.includes(name));
      if (path === '/') for (const name of first.toReversed()) table.add(name);
    }
    const now = new Set(names);
    const before = new Set(table.keys());
    for (const name of before) if (!now.has(name)) table.delete(name);
    for (const name of names) if (!before.has(name)) table.add(name);
    return [...table.keys()].toReversed();
  }
}

const isObjects = (path: string): boolean => path === '/' || path === OBJECTS;

function below(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

function recordedView(path: string, name: string, property: QomProperty): PropertyView {
  const { type, value, error, writable = false, refusal } = property;
  if (type.startsWith('child<')) return { type, value: below(path, name), error, writable, refusal };
  return { type, value: value === undefined ? undefined : fromPlain(value), error, writable, refusal };
}
