import { GlibTable } from '../engine/json/glib-order.ts';
import { fromPlain } from '../engine/json/plain.ts';
import { QDict, type QValue } from '../engine/json/value.ts';
import { Chardevs } from './chardevs.ts';
import { genericError } from './command.ts';
import { Devices } from './devices.ts';
import type { Machine } from './machine.ts';
import type { QomProperty } from './machine-data.ts';

/** An object that `object-add` made, or another that came after the start. */
interface AddedObject {
  readonly type: string;
  readonly properties: ReadonlyMap<string, { readonly type: string; value: QValue }>;
}

/** A property as commands see it. */
export interface PropertyView {
  readonly type: string;
  /** Its value, `undefined` where it cannot be read. */
  readonly value: QValue | undefined;
  /** QEMU's refusal of reading, or of setting. */
  readonly error?: string | undefined;
  readonly writable: boolean;
  readonly refusal?: string | undefined;
}

/** Id of the object that is a PC's memory. */
const RAM = 'pc.ram';

/** Paths whose children come and go, so that QEMU's hash table decides their order; chardevs keep theirs themselves. */
const CONTAINERS = new Set(['/', '/objects', '/machine/peripheral']);

/** The objects of a machine (QOM): what a real one has at the start, and what commands add. */
export class QomTree {
  readonly #machine: Machine;
  readonly #added = new Map<string, AddedObject>();
  readonly #values = new Map<string, QValue>();
  readonly #order = new Map<string, GlibTable>();
  #hasObjects: boolean;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#hasObjects = machine.rules.objectsContainer;
    for (const { type, id, properties } of machine.options.objects ?? []) {
      this.#put(id, type, fromPlain(properties ?? {}) as QDict);
    }
  }

  /** What {@link find} gives is the canonical path, `undefined` where there is none, or `ambiguous`. */
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
    const own = [...this.#properties(path)].map(([name, { type }]) => ({ name, type }));
    if (!CONTAINERS.has(path)) return own;
    const types = new Map(own.map(({ name, type }) => [name, type]));
    const order = this.#ordered(
      path,
      [...types.keys()].filter((name) => name !== 'type'),
    );
    return ['type', ...order].map((name) => ({ name, type: types.get(name) ?? 'string' }));
  }

  /** One property of an object. */
  property(path: string, name: string): PropertyView | undefined {
    return this.#properties(path).get(name);
  }

  /** Sets a property, which has to be writable. Throws where the value is of the wrong type. */
  set(path: string, name: string, value: QValue): void {
    const view = this.property(path, name);
    if (view === undefined) return;
    checkType(name, view.type, value);
    if (view.type.startsWith('link<') && value !== '') {
      const target = this.find(value as string);
      if (typeof target !== 'string') throw new UnknownObject(value as string);
      value = target;
    }
    this.#values.set(`${path} ${name}`, value);
  }

  /** Makes `/objects/<id>`. The caller has seen to it that the id is free. */
  add(id: string, type: string, properties: QDict): void {
    this.list('/objects'); // takes note of those that came before
    this.#put(id, type, properties);
    this.list('/objects');
  }

  #put(id: string, type: string, properties: QDict): void {
    this.#hasObjects = true;
    const views = [...properties].map(([name, value]) => [name, { type: typeName(value), value }] as const);
    this.#added.set(id, { type, properties: new Map(views) });
  }

  /** `/objects` comes with the first command that looks there. */
  touchObjects(): void {
    this.#hasObjects = true;
  }

  /** Takes an object that {@link add} made; tells whether there was one. */
  remove(id: string): boolean {
    return this.#added.delete(id);
  }

  /** Objects that commands made, oldest first. */
  get added(): ReadonlyMap<string, AddedObject> {
    return this.#added;
  }

  /** The memory of a machine that has been made is an object too. */
  get #hasRam(): boolean {
    return !this.#machine.bare && !this.#machine.preconfig;
  }

  get #recorded(): Readonly<Record<string, Readonly<Record<string, QomProperty>>>> {
    return this.#machine.data.qom[this.#machine.bare ? 'none' : 'pc'];
  }

  #descend(from: string, parts: readonly string[]): string | undefined {
    let path = from;
    for (const part of parts) {
      const property = this.#properties(path).get(part);
      if (property === undefined) return undefined;
      if (property.type.startsWith('link<') && typeof property.value === 'string' && property.value !== '') {
        path = property.value;
      } else if (property.type.startsWith('child<')) {
        path = path === '/' ? `/${part}` : `${path}/${part}`;
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
    for (const [name, { type }] of this.#properties(from)) {
      if (found.length > 1) break;
      if (type.startsWith('child<')) {
        found.push(...this.#search(from === '/' ? `/${name}` : `${from}/${name}`, parts));
      }
    }
    return found;
  }

  #properties(path: string): Map<string, PropertyView> {
    const views = new Map<string, PropertyView>();
    const recorded = Object.hasOwn(this.#recorded, path) ? this.#recorded[path] : undefined;
    const objects = this.#hasObjects || this.#hasRam;
    if (path === '/objects' && !objects) return views;
    for (const [name, property] of Object.entries(recorded ?? {})) {
      if (path === '/' && name === 'objects' && !objects) continue;
      views.set(name, this.#recordedView(path, name, property));
    }
    if (path === '/' && objects && !views.has('objects')) {
      views.set('objects', child('container', '/objects'));
    }
    if (path === '/objects') {
      views.set('type', text('container'));
      for (const [id, { type }] of this.#added) views.set(id, child(type, `/objects/${id}`));
      for (const { id, type } of this.#monitors()) views.set(id, child(type, `/objects/${id}`));
      if (this.#hasRam) views.set(RAM, child('memory-backend-ram', `/objects/${RAM}`));
    }
    if (path === '/machine/peripheral') {
      for (const { id, driver } of this.#machine.store(Devices).list()) {
        views.set(id, child(driver, `${path}/${id}`));
      }
    }
    if (path === '/chardevs') {
      for (const { label, kind = 'socket' } of this.#machine.store(Chardevs).list()) {
        views.set(label, child(`chardev-${kind}`, `/chardevs/${label}`));
      }
    }
    this.#lateProperties(path, views);
    return views;
  }

  #recordedView(path: string, name: string, property: QomProperty): PropertyView {
    const value =
      this.#values.get(`${path} ${name}`) ??
      (property.type.startsWith('child<')
        ? `${path === '/' ? '' : path}/${name}`
        : property.value === undefined
          ? undefined
          : fromPlain(property.value));
    const { type, error, writable = false, refusal } = property;
    return { type, value, error, writable, refusal };
  }

  /** Properties of objects that are not there at the start. */
  #lateProperties(path: string, views: Map<string, PropertyView>): void {
    const [, folder, id, ...rest] = path.split('/');
    if (folder === 'machine' && id === 'peripheral' && rest.length === 1) {
      const device = this.#machine
        .store(Devices)
        .list()
        .find((item) => item.id === rest[0]);
      if (device !== undefined) views.set('type', text(device.driver));
      return;
    }
    if (id === undefined || rest.length > 0) return;
    if (folder === 'objects') {
      const added = this.#added.get(id);
      const monitor = this.#monitors().find((item) => item.id === id);
      if (added !== undefined) {
        views.set('type', text(added.type));
        for (const [name, { type, value }] of added.properties) {
          views.set(name, { type, value: this.#values.get(`${path} ${name}`) ?? value, writable: true });
        }
      } else if (monitor !== undefined) {
        views.set('type', text(monitor.type));
        views.set('chardev', { type: 'string', value: monitor.chardev, writable: true });
        if (monitor.type === 'monitor-qmp') {
          views.set('pretty', { type: 'bool', value: monitor.pretty ?? false, writable: true });
          views.set('close-action', {
            type: 'MonitorQMPCloseAction',
            value: monitor.closeAction ?? 'none',
            writable: true,
          });
        } else {
          views.set('readline', { type: 'bool', value: true, writable: true });
        }
      }
    } else if (folder === 'chardevs') {
      const info = this.#machine.store(Chardevs).find(id);
      if (info === undefined) return;
      const { kind = 'socket' } = info;
      views.set('type', text(`chardev-${kind}`));
      if (kind === 'socket') {
        const connected = !info.filename.startsWith('disconnected:');
        views.set('connected', { type: 'bool', value: connected, writable: false });
        views.set('addr', { type: 'SocketAddress', value: undefined, writable: false });
      }
    }
  }

  #monitors(): readonly {
    id: string;
    type: string;
    chardev: string;
    pretty?: boolean | undefined;
    closeAction?: string | undefined;
  }[] {
    return this.#machine.rules.monitorObjects ? (this.#machine.host.monitors?.list() ?? []) : [];
  }

  /** Children in the order of QEMU's hash table, backwards; it remembers how they came and went. */
  #ordered(path: string, names: readonly string[]): string[] {
    let table = this.#order.get(path);
    if (table === undefined) {
      table = new GlibTable();
      this.#order.set(path, table);
      // These are recorded as QEMU lists them: backwards.
      const first = Object.keys(this.#recorded['/'] ?? {}).filter((name) => names.includes(name));
      if (path === '/') for (const name of first.toReversed()) table.add(name);
    }
    const now = new Set(names);
    const before = new Set(table.keys());
    for (const name of before) if (!now.has(name)) table.delete(name);
    for (const name of names) if (!before.has(name)) table.add(name);
    return [...table.keys()].toReversed();
  }
}

/** A link was set to an object that does not exist. */
export class UnknownObject extends Error {
  /** What was asked for. */
  readonly path: string;

  constructor(path: string) {
    super(`Device '${path}' not found`);
    this.path = path;
  }
}

const text = (value: string): PropertyView => ({ type: 'string', value, writable: false });
const child = (type: string, path: string): PropertyView => ({
  type: `child<${type}>`,
  value: path,
  writable: false,
});

function typeName(value: QValue): string {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' || typeof value === 'bigint' ? 'int' : 'string';
}

const NUMBERS = new Set([
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'size',
]);

/** Throws QEMU's refusal where a value is not of a property's type. */
function checkType(name: string, type: string, value: QValue): void {
  let expected: string | undefined;
  if (type === 'bool') expected = typeof value === 'boolean' ? undefined : 'boolean';
  else if (type === 'string' || type.startsWith('link<') || type.startsWith('str')) {
    expected = typeof value === 'string' ? undefined : 'string';
  } else if (NUMBERS.has(type)) {
    const integer = typeof value === 'bigint' || typeof value === 'number';
    expected = integer ? undefined : 'integer';
  } else if (/(Configuration|Options)$/.test(type)) {
    expected = value instanceof QDict ? undefined : 'object';
  }
  if (expected !== undefined) {
    throw genericError(`Invalid parameter type for '${name}', expected: ${expected}`);
  }
}
