import type { ObjectEntry, TypeEntry } from '../engine/schema/introspection.ts';
import type { Schema } from '../engine/schema/schema.ts';
import type { UsedName } from './shapes.ts';

/** Number of differences after which the search ends. */
const MOST = 200;

/**
 * Lists the differences between two schemas' entries of a command or event, in words:
 * `arguments.speed: new, optional`. Empty if both agree, or if one of them doesn't have the name.
 */
export function schemaDifferences(then: Schema, now: Schema, { kind, name }: UsedName): string[] {
  const diff = new SchemaDiff(then, now);
  if (kind === 'event') {
    const [a, b] = [then.events.get(name), now.events.get(name)];
    if (a !== undefined && b !== undefined) diff.compare(a.argType, b.argType, 'data');
  } else {
    const [a, b] = [then.commands.get(name), now.commands.get(name)];
    if (a !== undefined && b !== undefined) {
      diff.compare(a.argType, b.argType, 'arguments');
      diff.compare(a.retType, b.retType, 'return');
    }
  }
  return diff.found;
}

class SchemaDiff {
  readonly #then: Schema;
  readonly #now: Schema;
  /**
   * Pairs of types that have been compared: types refer to each other in circles, and each difference is
   * listed once.
   */
  readonly #seen = new Set<string>();
  readonly found: string[] = [];

  constructor(then: Schema, now: Schema) {
    this.#then = then;
    this.#now = now;
  }

  compare(thenType: string, nowType: string, path: string): void {
    const pair = `${thenType} ${nowType}`;
    if (this.#seen.has(pair) || this.found.length >= MOST) return;
    this.#seen.add(pair);
    const [a, b] = [this.#then.type(thenType), this.#now.type(nowType)];
    if (a['meta-type'] === 'builtin' && b['meta-type'] === 'builtin') {
      if (a['json-type'] !== b['json-type']) this.#add(path, `was ${a['json-type']}, is ${b['json-type']}`);
    } else if (a['meta-type'] === 'enum' && b['meta-type'] === 'enum') {
      this.#compareNames(a.values, b.values, (value, what) => this.#add(path, `${what} value '${value}'`));
    } else if (a['meta-type'] === 'array' && b['meta-type'] === 'array') {
      this.compare(a['element-type'], b['element-type'], `${path}[]`);
    } else if (a['meta-type'] === 'object' && b['meta-type'] === 'object') {
      this.#compareObjects(a, b, path);
    } else if (a['meta-type'] === 'alternate' && b['meta-type'] === 'alternate') {
      for (const { type } of a.members) {
        const twin = b.members.find(
          (member) => kindOf(this.#now.type(member.type)) === kindOf(this.#then.type(type)),
        );
        if (twin === undefined) this.#add(path, `can no longer be ${kindOf(this.#then.type(type))}`);
        else this.compare(type, twin.type, path);
      }
    } else {
      this.#add(path, `was ${kindOf(a)}, is ${kindOf(b)}`);
    }
  }

  #compareObjects(a: ObjectEntry, b: ObjectEntry, path: string): void {
    const [before, after] = [membersOf(a), membersOf(b)];
    for (const [name, member] of before) {
      const twin = after.get(name);
      if (twin === undefined) this.#add(`${path}.${name}`, 'is gone');
      else {
        if (member.optional !== twin.optional) {
          this.#add(`${path}.${name}`, twin.optional ? 'has become optional' : 'has become mandatory');
        }
        this.compare(member.type, twin.type, `${path}.${name}`);
      }
    }
    for (const [name, { optional }] of after) {
      if (!before.has(name)) this.#add(`${path}.${name}`, `is new, ${optional ? 'optional' : 'mandatory'}`);
    }
    const [variants, later] = [variantsOf(a), variantsOf(b)];
    for (const [name, type] of variants) {
      const twin = later.get(name);
      if (twin === undefined) continue; // the tag's enum tells
      this.compare(type, twin, `${path}(${name})`);
    }
  }

  #compareNames(
    before: readonly string[],
    after: readonly string[],
    tell: (name: string, what: 'lost' | 'new') => void,
  ): void {
    for (const name of before) if (!after.includes(name)) tell(name, 'lost');
    for (const name of after) if (!before.includes(name)) tell(name, 'new');
  }

  #add(path: string, what: string): void {
    if (this.found.length < MOST) this.found.push(`${path}: ${what}`);
  }
}

function kindOf(entry: TypeEntry): string {
  if (entry['meta-type'] === 'builtin') return entry['json-type'];
  return entry['meta-type'] === 'enum' ? 'string' : entry['meta-type'];
}

function membersOf(entry: ObjectEntry): Map<string, { type: string; optional: boolean }> {
  return new Map(
    entry.members.map((member) => [member.name, { type: member.type, optional: 'default' in member }]),
  );
}

function variantsOf(entry: ObjectEntry): Map<string, string> {
  return new Map((entry.variants ?? []).map((variant) => [variant.case, variant.type]));
}
