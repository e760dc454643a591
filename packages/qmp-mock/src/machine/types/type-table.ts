import { parseJson } from 'qmp-core/wire';
import type { QemuProfile, VersionReader } from '../../engine/profile.ts';

/** A property of a type, as QEMU introspects it. */
export interface TypeProperty {
  readonly name: string;
  readonly type: string;
  readonly description?: string | undefined;
  /** Its default, if QEMU tells one. */
  readonly defaultValue?: unknown;
}

/** A QOM type of a version. */
export interface QomType {
  readonly name: string;
  /** The type that it is derived from; `undefined` for `object` and `interface`. */
  readonly parent: string | undefined;
  readonly abstract: boolean;
  /** The type of bus that it plugs into, if `-device help` lists it and names one. */
  readonly bus: string | undefined;
  /** Another name that `-device` takes for it. */
  readonly alias: string | undefined;
  /** Its description in `-device help`. */
  readonly description: string | undefined;
  /** The headings of `-device help` that it stands under; none if users can't create it. */
  readonly categories: readonly string[];
}

/** Filter of `qom-list-types`. */
export interface TypeFilter {
  /** Only types that are this one, are derived from it, or implement it. Default: all. */
  readonly implements?: string | undefined;
  /** Whether abstract types count. Default: false. */
  readonly abstract?: boolean | undefined;
}

/** The type that every interface is derived from. */
const INTERFACE = 'interface';

/** First line of `types.jsonl`. */
interface Head {
  readonly categories: readonly string[];
  /** Whether `qom-list-properties` leaves out the defaults that `device-list-properties` shows. */
  readonly hidesDefaults: boolean;
  /** Whether `device-list-properties` leaves out properties whose names begin with `legacy-`. */
  readonly hidesLegacy: boolean;
  /** Whether `-device MODEL,help` prints defaults as JSON; otherwise bare, and `on` or `off`. */
  readonly defaultsAsJson: boolean;
  /** Devices that can't come while a machine runs: QEMU warns of a `-global` that none of them has taken. */
  readonly unusedGlobals?: readonly string[];
  /** Devices in modules, which `-global` doesn't load. */
  readonly inModules?: readonly string[];
}

/** A type as its line has it; what is missing is QEMU's usual case. */
interface Line {
  readonly parent?: string;
  readonly abstract?: boolean;
  /** Interfaces that its parent doesn't implement. */
  readonly interfaces?: readonly string[];
  readonly bus?: string;
  readonly alias?: string;
  readonly desc?: string;
  readonly categories?: readonly number[];
  /** Another type, and how many of its first and last properties this one begins and ends with. */
  readonly like?: readonly [type: string, first: number, last: number];
  /** Its properties, or those between what it shares: lines of `properties.jsonl`, from 0. */
  readonly properties?: readonly number[];
}

/** A property as its line has it. */
type PropertyLine = readonly [
  name: string,
  type: string,
  description?: string | null,
  defaultValue?: unknown,
];

/**
 * The QOM types of a version, as a real QEMU listed them: names, parents, interfaces, properties. The file is
 * indexed at first, and a type is parsed once it is asked for.
 */
export class TypeTable {
  /** Texts of the lines by type, in the order of `qom-list-types`. */
  readonly #texts = new Map<string, string>();
  readonly #lines = new Map<string, Line>();
  readonly #ancestries = new Map<string, ReadonlySet<string>>();
  readonly #properties = new Map<string, readonly TypeProperty[] | undefined>();
  readonly #head: Head;
  readonly #readDefinitions: () => string;
  #definitions: readonly string[] | undefined;

  /**
   * @param types - Text of `types.jsonl`.
   * @param properties - Gives the text of `properties.jsonl`, which is large and not always needed.
   */
  constructor(types: string, properties: () => string) {
    let start = types.indexOf('\n') + 1;
    this.#head = JSON.parse(types.slice(0, start)) as Head;
    for (let end; (end = types.indexOf('\n', start)) > 0; start = end + 1) {
      // A line begins with `["NAME",`, and names of types need no escapes.
      const name = types.slice(start + 2, types.indexOf('"', start + 2));
      this.#texts.set(name, types.slice(start, end));
    }
    this.#readDefinitions = properties;
  }

  /** Whether `qom-list-properties` leaves out the defaults that `device-list-properties` shows. */
  get hidesDefaults(): boolean {
    return this.#head.hidesDefaults;
  }

  /** Whether `device-list-properties` leaves out properties whose names begin with `legacy-`. */
  get hidesLegacy(): boolean {
    return this.#head.hidesLegacy;
  }

  /** Whether `-device MODEL,help` prints defaults as JSON; otherwise bare, and `on` or `off`. */
  get defaultsAsJson(): boolean {
    return this.#head.defaultsAsJson;
  }

  /** Devices that can't come while a machine runs: QEMU warns of a `-global` that none of them has taken. */
  get unusedGlobals(): readonly string[] {
    return this.#head.unusedGlobals ?? [];
  }

  /** Devices in modules, which `-global` doesn't load. */
  get inModules(): readonly string[] {
    return this.#head.inModules ?? [];
  }

  /** The headings of `-device help`, in its order. */
  get categories(): readonly string[] {
    return this.#head.categories;
  }

  /** Whether the version has a type with that name. */
  has(name: string): boolean {
    return this.#texts.has(name);
  }

  /** The type with that name, or `undefined` if the version doesn't have it. */
  find(name: string): QomType | undefined {
    const line = this.#line(name);
    if (line === undefined) return undefined;
    const { parent, abstract = false, bus, alias, desc: description, categories = [] } = line;
    const headings = categories.map((index) => this.#head.categories[index] ?? '');
    return { name, parent, abstract, bus, alias, description, categories: headings };
  }

  /** Whether a type is another one, is derived from it, or implements it. */
  is(name: string, ancestor: string): boolean {
    const ancestry = this.#ancestry(name);
    // QEMU's cast fails if several interfaces of the type would fit (`object_class_dynamic_cast`): all are
    // derived from this one.
    if (ancestor === INTERFACE && !ancestry.has(INTERFACE)) return this.#interfaces(ancestry) === 1;
    return ancestry.has(ancestor);
  }

  /** Types in the order of `qom-list-types`. */
  list(filter: TypeFilter = {}): QomType[] {
    const { implements: wanted, abstract: withAbstract = false } = filter;
    const found: QomType[] = [];
    for (const name of this.#texts.keys()) {
      if (wanted !== undefined && !this.is(name, wanted)) continue;
      const type = this.find(name);
      if (type !== undefined && (withAbstract || !type.abstract)) found.push(type);
    }
    return found;
  }

  /**
   * Properties of a type in the order of `qom-list-properties`, or `undefined` if they weren't recorded: QEMU
   * itself crashes when it is asked for those of a few types.
   */
  properties(name: string): readonly TypeProperty[] | undefined {
    if (!this.#properties.has(name)) {
      const indices = this.#indices(name);
      this.#properties.set(
        name,
        indices?.map((index) => this.#definition(index)),
      );
    }
    return this.#properties.get(name);
  }

  /** A type, its parent and what that is derived from, with the interfaces of each. */
  #ancestry(name: string): ReadonlySet<string> {
    let ancestry = this.#ancestries.get(name);
    if (ancestry === undefined) {
      const { parent, interfaces = [] } = this.#line(name) ?? {};
      ancestry = new Set([name, ...interfaces, ...(parent === undefined ? [] : this.#ancestry(parent))]);
      this.#ancestries.set(name, ancestry);
    }
    return ancestry;
  }

  /** How many of some types are interfaces. */
  #interfaces(names: ReadonlySet<string>): number {
    return [...names].filter((name) => this.#line(name)?.parent === INTERFACE).length;
  }

  #line(name: string): Line | undefined {
    let line = this.#lines.get(name);
    const text = this.#texts.get(name);
    if (line === undefined && text !== undefined) {
      [, line] = JSON.parse(text) as [string, Line];
      this.#lines.set(name, line);
    }
    return line;
  }

  #indices(name: string): readonly number[] | undefined {
    const { like, properties } = this.#line(name) ?? {};
    if (properties === undefined || like === undefined) return properties;
    const [other, first, last] = like;
    const shared = this.#indices(other) ?? [];
    return [...shared.slice(0, first), ...properties, ...shared.slice(shared.length - last)];
  }

  #definition(index: number): TypeProperty {
    this.#definitions ??= this.#readDefinitions().split('\n');
    // Defaults such as 2^64 - 1 have to stay exact.
    const line = parseJson(this.#definitions[index] ?? '[]') as unknown as PropertyLine;
    const [name, type, description, defaultValue] = line;
    return {
      name,
      type,
      ...(description != null && { description }),
      ...(line.length > 3 && { defaultValue }),
    };
  }
}

const loaded = new WeakMap<VersionReader, TypeTable>();

/** The types of a version; indexed at the first call, then kept as long as the version's reader. */
export function typeTable({ read }: Pick<QemuProfile, 'read'>): TypeTable {
  let table = loaded.get(read);
  if (table === undefined) {
    table = new TypeTable(read('types.jsonl'), () => read('properties.jsonl'));
    loaded.set(read, table);
  }
  return table;
}
