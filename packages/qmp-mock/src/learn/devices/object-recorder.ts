import { parseJson, stringifyJson, type JsonValue } from 'qmp-core/wire';
import {
  impliedValue,
  TOLD_BY_PLACE,
  type ObjectRecord,
  type PropertyRecord,
} from '../../machine/qom/object-record.ts';
import type { TypeTable } from '../../machine/types/type-table.ts';
import type { Monitor, Request } from '../qemu/monitor.ts';

/** Properties at which QEMU itself crashes when they are set to what they are. */
const DANGEROUS = /cpu-hotplug-legacy/;

/** QOM's type of a date: the host's time, which varies even if two recordings fall into one second. */
const DATE = 'struct tm';

/** Path of an object that isn't there. */
const NOBODY = '/no/such/object';

interface Listed {
  readonly name: string;
  readonly type: string;
}

interface Walked {
  readonly path: string;
  readonly type: string;
  readonly properties: readonly Listed[];
  readonly values: Map<string, JsonValue>;
  readonly unreadable: Map<string, string>;
}

/** Lines of `shapes.jsonl`, each different one once: properties, lists of properties, refusals. */
export class Lines {
  readonly #numbers = new Map<string, number>();

  number(line: JsonValue): number {
    const text = stringifyJson(line);
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }

  /** The numbers in a line that is a list of others, sorted. */
  sorted(number: number): number[] {
    const text = [...this.#numbers.keys()][number] ?? '[]';
    return (JSON.parse(text) as number[]).toSorted((a, b) => a - b);
  }

  text(): string {
    return [...this.#numbers.keys()].map((line) => `${line}\n`).join('');
  }
}

/** Records objects: what is below a path, with every property. */
export class ObjectRecorder {
  readonly #types: TypeTable;
  readonly #lines: Lines;
  /** Whether a property of a type can be set: found out once. */
  readonly #settable = new Map<string, true | number | undefined>();

  constructor(types: TypeTable, lines: Lines) {
    this.#types = types;
    this.#lines = lines;
  }

  /**
   * Records the object at a path, and what is below it. Nothing changes, but for properties that are set to
   * what they are.
   *
   * @param id - The id of the object, in whose place `%` is written.
   */
  async record(monitor: Monitor, root: string, id?: string): Promise<ObjectRecord[]> {
    const walked = await walk(monitor, root);
    await this.#learnSettable(monitor, walked, id);
    return walked.map((object) => this.#describe(object, root, id));
  }

  async #learnSettable(monitor: Monitor, walked: readonly Walked[], id: string | undefined): Promise<void> {
    const asked: {
      readonly key: string;
      readonly object: Walked;
      readonly name: string;
      readonly value: JsonValue;
    }[] = [];
    for (const object of walked) {
      for (const { name, type } of object.properties) {
        const key = `${object.type} ${name} ${type}`;
        const value = object.values.get(name);
        if (type.startsWith('child<') || value === undefined || this.#settable.has(key)) continue;
        if (DANGEROUS.test(name)) continue;
        this.#settable.set(key, undefined);
        // A link isn't set to nothing: what it can't find tells that it would have been set.
        const isEmpty = type.startsWith('link<') && value === '';
        asked.push({ key, object, name, value: isEmpty ? NOBODY : value });
      }
    }
    const answers = await monitor.askAll(
      asked.map(({ object, name, value }) =>
        stringifyJson({
          execute: 'qom-set',
          arguments: { path: object.path, property: name, value },
        }),
      ),
    );
    for (const [index, { message }] of answers.entries()) {
      const { key, object, name } = asked[index]!;
      const refusal = message.error?.desc
        .replaceAll(`'${object.type}.${name}'`, "'%t.%p'")
        .replaceAll(`property '${name}'`, "property '%p'")
        .replaceAll(`type '${object.type}'`, "type '%t'");
      const text = id === undefined ? refusal : refusal?.replaceAll(`'${id}'`, "'%i'");
      const wouldBe = text === undefined || text === `Device '${NOBODY}' not found`;
      this.#settable.set(key, wouldBe ? true : this.#lines.number(text));
    }
  }

  #describe(object: Walked, root: string, id: string | undefined): ObjectRecord {
    const { path, type, properties, values, unreadable } = object;
    const shape = properties.map((property) => this.#lines.number(this.#property(type, property, id)));
    const differing: Record<string, JsonValue> = {};
    for (const { name, type: propertyType } of properties) {
      const value = values.get(name);
      if (value === undefined || TOLD_BY_PLACE.has(name) || propertyType.startsWith('child<')) continue;
      const implied = impliedValue(this.#types, type, name, propertyType);
      if (implied !== undefined && stringifyJson(implied) === stringifyJson(value)) continue;
      differing[name] = withPlaceholder(value, root, id);
    }
    const dates = properties.filter((property) => property.type === DATE).map(({ name }) => name);
    const record: JsonValue[] = [withoutId(path.slice(root.length), id), type, this.#lines.number(shape)];
    if (Object.keys(differing).length > 0 || unreadable.size > 0) record.push(differing);
    if (dates.length > 0 || unreadable.size > 0) record.push(dates);
    if (unreadable.size > 0) record.push(Object.fromEntries(unreadable));
    return record as unknown as ObjectRecord;
  }

  #property(owner: string, { name, type }: Listed, id: string | undefined): JsonValue {
    const settable = this.#settable.get(`${owner} ${name} ${type}`);
    const own = withoutId(name, id);
    const record: PropertyRecord = settable === undefined ? [own, type] : [own, type, settable];
    return record as unknown as JsonValue;
  }
}

/** Buses have names that begin with the id of their device, and memory those of its backend. */
const isNamed = (name: string, id: string): boolean =>
  name === id || name.startsWith(`${id}.`) || name.startsWith(`${id}[`);

/** Writes `%` in place of an id in a path. */
function withoutId(path: string, id: string | undefined): string {
  if (id === undefined) return path;
  return path
    .split('/')
    .map((name) => (isNamed(name, id) ? `%${name.slice(id.length)}` : name))
    .join('/');
}

function withPlaceholder(value: JsonValue, root: string, id: string | undefined): JsonValue {
  if (typeof value !== 'string' || id === undefined) return value;
  if (value.startsWith(root)) return `%${withoutId(value.slice(root.length), id)}`;
  return value;
}

async function walk(monitor: Monitor, root: string): Promise<Walked[]> {
  const walked: Walked[] = [];
  for (let level = [root]; level.length > 0;) {
    const lists = await monitor.askAll(level.map((path) => ({ execute: 'qom-list', arguments: { path } })));
    const below: string[] = [];
    for (const [index, { message }] of lists.entries()) {
      const path = level[index]!;
      const properties = (message.return ?? []) as Listed[];
      for (const { name, type } of properties) {
        if (type.startsWith('child<')) below.push(`${path}/${name}`);
      }
      walked.push({ path, type: '', properties, values: new Map(), unreadable: new Map() });
    }
    level = below;
  }
  const asked = walked.flatMap((object) =>
    object.properties
      .filter(({ type }) => !type.startsWith('child<'))
      .map(({ name }): readonly [Walked, string] => [object, name]),
  );
  const requests: Request[] = asked.map(([{ path }, property]) => ({
    execute: 'qom-get',
    arguments: { path, property },
  }));
  for (const [index, { text, message }] of (await monitor.askAll(requests)).entries()) {
    const [object, name] = asked[index]!;
    if (message.error !== undefined) object.unreadable.set(name, message.error.desc);
    else object.values.set(name, (parseJson(text) as unknown as { return: JsonValue }).return);
  }
  return walked.map((object) => {
    const type = object.values.get('type');
    return { ...object, type: typeof type === 'string' ? type : 'container' };
  });
}
