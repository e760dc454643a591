/**
 * The QOM types of a version with their properties: `types.jsonl`, a type a line, and `properties.jsonl`,
 * each different property a line. `machine/types/type-table.ts` reads them.
 */
import { parseJson, stringifyJson, type JsonValue } from 'qmp-core/wire';
import { deviceHelp, type DeviceHelp } from './device-help.ts';
import type { Note } from './note.ts';
import { NO_MACHINE } from './qemu/monitor.ts';
import type { Qemu } from './qemu/qemu.ts';
import { RevivingMonitor } from './qemu/reviving-monitor.ts';

/** Number of the format of both files. */
const FORMAT = 1;
/** A model with defaults, of which every QEMU tells. */
const WITH_DEFAULTS = 'virtio-balloon-pci';
/** A list has to have this many properties in common with another before it is written as a difference. */
const WORTH = 3;

interface ListedType {
  readonly name: string;
  readonly parent?: string;
  readonly abstract?: boolean;
}

/** A property as QEMU lists it. */
type Property = Readonly<Record<string, JsonValue>> & { readonly name: string };

/** Texts of `types.jsonl` and `properties.jsonl`. */
export async function learnTypes(qemu: Qemu, note: Note): Promise<{ types: string; properties: string }> {
  await using monitor = new RevivingMonitor(async () => {
    const started = await qemu.start(NO_MACHINE);
    // Some lists are complete only once all types have been looked at.
    await started.ask({ execute: 'qom-list-types', arguments: { abstract: true } });
    return started;
  });
  const types = await listTypes(monitor, {});
  const tree = new TypeTree(types);
  for (const { name } of types.filter(({ parent }) => parent === 'interface')) {
    tree.addImplementors(name, await listTypes(monitor, { implements: name }));
  }
  const properties = new PropertyLists();
  for (const type of types) {
    if (tree.isInterface(type.name)) continue;
    const found = await propertiesOf(monitor, type, tree.isDevice(type.name));
    if (found === undefined)
      note(`properties of type ${type.name}: QEMU ended or hung when it was asked for them`);
    else properties.add(type.name, found);
  }
  const help = deviceHelp(await qemu.output(['-device', 'help']));
  const head = {
    format: FORMAT,
    categories: help.categories,
    hidesDefaults: properties.hidesDefaults,
    hidesLegacy: properties.hidesLegacy,
    ...(await globalsOf(
      qemu,
      types.map(({ name }) => name).filter((name) => tree.isDevice(name)),
    )),
    defaultsAsJson: (await qemu.output(['-device', `${WITH_DEFAULTS},help`])).includes('(default: "'),
  };
  const lines = types.map((type) => [
    type.name,
    { ...tree.describe(type), ...helpOf(help, type.name), ...properties.describe(type.name) },
  ]);
  return {
    types: [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''),
    properties: properties
      .definitions()
      .map((line) => `${line}\n`)
      .join(''),
  };
}

/** Words of the warnings of a `-global` that no device has taken. */
const UNUSED = /^.*warning: global (\S+)\.zz-none=1 not used$/gm;
const NO_CLASS = /^.*warning: global (\S+)\.zz-none has invalid class name$/gm;
/** Devices of which every machine has one: what is migrated. */
const EVERYWHERE = new Set(['device', 'migration']);

/** Devices by what QEMU says of a `-global` for them. */
async function globalsOf(
  qemu: Qemu,
  devices: readonly string[],
): Promise<{ unusedGlobals: string[]; inModules: string[] }> {
  const options = devices
    .filter((name) => !EVERYWHERE.has(name))
    .flatMap((name) => ['-global', `driver=${name},property=zz-none,value=1`]);
  // It has said so by the time when it finds that there is no such snapshot.
  const said = await qemu.output([...NO_MACHINE, '-display', 'none', ...options, '-loadvm', 'zz-none']);
  const named = (pattern: RegExp): string[] => [...said.matchAll(pattern)].map(([, name = '']) => name);
  return { unusedGlobals: named(UNUSED), inModules: named(NO_CLASS) };
}

async function listTypes(monitor: RevivingMonitor, filter: { implements?: string }): Promise<ListedType[]> {
  const answer = await monitor.ask({ execute: 'qom-list-types', arguments: { ...filter, abstract: true } });
  return (answer?.message.return ?? []) as ListedType[];
}

/** The two lists of a type's properties; `undefined` if QEMU doesn't survive the question. */
async function propertiesOf(
  monitor: RevivingMonitor,
  { name, abstract = false }: ListedType,
  isDevice: boolean,
): Promise<{ all: readonly Property[]; ofDevice: readonly Property[] | undefined } | undefined> {
  const ask = async (execute: string): Promise<readonly Property[] | undefined> => {
    const answer = await monitor.ask({ execute, arguments: { typename: name } });
    // Defaults such as 2^64 - 1 have to stay exact.
    return answer?.message.error === undefined && answer !== undefined
      ? (parseJson(answer.text) as unknown as { return: readonly Property[] }).return
      : undefined;
  };
  const ofDevice = isDevice && !abstract ? await ask('device-list-properties') : undefined;
  const all = await ask('qom-list-properties');
  return all === undefined ? undefined : { all, ofDevice };
}

/** The inheritance of types, and the interfaces that they implement. */
class TypeTree {
  readonly #parents: ReadonlyMap<string, string | undefined>;
  readonly #interfaces = new Map<string, string[]>();

  constructor(types: readonly ListedType[]) {
    this.#parents = new Map(types.map(({ name, parent }) => [name, parent]));
  }

  addImplementors(name: string, types: readonly ListedType[]): void {
    for (const type of types) {
      const interfaces = this.#interfaces.get(type.name) ?? [];
      this.#interfaces.set(type.name, [...interfaces, name]);
    }
  }

  isInterface(name: string): boolean {
    return this.#is(name, 'interface');
  }

  isDevice(name: string): boolean {
    return this.#is(name, 'device');
  }

  /** Describes a type except for its properties. Interfaces are those that its parent doesn't implement. */
  describe({ name, parent, abstract = false }: ListedType): object {
    const inherited = parent === undefined ? [] : (this.#interfaces.get(parent) ?? []);
    const own = (this.#interfaces.get(name) ?? []).filter((one) => one !== name && !inherited.includes(one));
    return {
      ...(parent !== undefined && { parent }),
      ...(abstract && { abstract }),
      ...(own.length > 0 && { interfaces: own }),
    };
  }

  #is(name: string, ancestor: string): boolean {
    for (let type: string | undefined = name; type !== undefined; type = this.#parents.get(type)) {
      if (type === ancestor) return true;
    }
    return false;
  }
}

/** Lists of properties, each written as what it does not share with one before. */
class PropertyLists {
  /** Whether `qom-list-properties` leaves out defaults. */
  hidesDefaults = false;
  /** Whether `device-list-properties` leaves out names that begin with `legacy-`. */
  hidesLegacy = false;
  readonly #numbers = new Map<string, number>();
  readonly #lists = new Map<string, readonly number[]>();
  readonly #described = new Map<string, object>();

  /**
   * Takes the properties of a type: those of every object of it, in order, and what is told of them to
   * devices.
   */
  add(
    type: string,
    { all, ofDevice }: { all: readonly Property[]; ofDevice: readonly Property[] | undefined },
  ): void {
    const told = new Map(ofDevice?.map((property) => [property.name, property]));
    if (ofDevice !== undefined) {
      this.hidesLegacy ||= all.some(({ name }) => name.startsWith('legacy-') && !told.has(name));
    }
    const numbers = all.map((property) => {
      const fuller = told.get(property.name) ?? property;
      this.hidesDefaults ||= 'default-value' in fuller && !('default-value' in property);
      return this.#number(fuller);
    });
    this.#described.set(type, this.#difference(numbers));
    this.#lists.set(type, numbers);
  }

  describe(type: string): object {
    return this.#described.get(type) ?? {};
  }

  /** Each different property, as its line. */
  definitions(): string[] {
    return [...this.#numbers.keys()];
  }

  #number(property: Property): number {
    const { name, type = null, description = null, 'default-value': defaultValue } = property;
    const line: JsonValue[] = [name, type];
    if (description !== null || defaultValue !== undefined) line.push(description);
    if (defaultValue !== undefined) line.push(defaultValue);
    const text = stringifyJson(line);
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }

  /**
   * The difference of a list from the most similar one: the lengths of the common beginning and end, and the
   * rest.
   */
  #difference(numbers: readonly number[]): object {
    let best = { other: '', first: 0, last: 0 };
    for (const [other, list] of this.#lists) {
      const length = Math.min(numbers.length, list.length);
      let first = 0;
      while (first < length && numbers[first] === list[first]) first += 1;
      let last = 0;
      while (last < length - first && numbers.at(-1 - last) === list.at(-1 - last)) last += 1;
      if (first + last > best.first + best.last) best = { other, first, last };
    }
    const { other, first, last } = best;
    if (first + last < WORTH) return { properties: numbers };
    return { like: [other, first, last], properties: numbers.slice(first, numbers.length - last) };
  }
}

function helpOf({ models }: DeviceHelp, name: string): object {
  const { bus, alias, desc, categories } = models.get(name) ?? {};
  return {
    ...(bus !== undefined && { bus }),
    ...(alias !== undefined && { alias }),
    ...(desc !== undefined && { desc }),
    ...(categories !== undefined && { categories }),
  };
}
