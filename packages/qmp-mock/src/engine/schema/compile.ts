import { firstUnexpected } from '../json/glib-order.ts';
import { QDict, QFloat, type QValue } from '../json/value.ts';
import type { ArgumentPath } from './argument-path.ts';
import { forbidden, type InputPolicy } from './input-policy.ts';
import type { AlternateEntry, EnumEntry, ObjectEntry } from './introspection.ts';
import { refusal } from './refusal.ts';
import { checkAnything, enumChecker, JSON_SCALARS, type Checker, type Scalars } from './scalar-checkers.ts';
import type { IntegerWidth, Schema } from './schema.ts';

/**
 * Turns types of a schema into functions that check values in the order of QEMU's input visitor. Each type is
 * compiled once, when its first value comes.
 */
export class Compiler {
  readonly #schema: Schema;
  readonly #policy: InputPolicy;
  readonly #shapes = new Map<string, ObjectShape>();
  readonly #alternates = new Map<string, Checker>();
  /** How scalars are written. */
  readonly scalars: Scalars;

  constructor(schema: Schema, policy: InputPolicy, scalars: Scalars = JSON_SCALARS) {
    this.#schema = schema;
    this.#policy = policy;
    this.scalars = scalars;
  }

  /** The members of an object type. */
  shape(type: string): ObjectShape {
    let shape = this.#shapes.get(type);
    if (!shape) {
      shape = new ObjectShape(this, this.#schema.objectType(type), this.#policy);
      this.#shapes.set(type, shape);
    }
    return shape;
  }

  /**
   * Checker of a type. `owner` and `place` say where the schema refers to it, because widths depend on that.
   */
  checker(type: string, owner: string, place: string | number): Checker {
    const entry = this.#schema.type(type);
    switch (entry['meta-type']) {
      case 'builtin':
        return this.#builtin(entry['json-type'], () => this.#schema.width(owner, place));
      case 'enum':
        return enumChecker(entry.values, this.#forbiddenValues(entry));
      case 'array':
        return listOf(this.checker(entry['element-type'], owner, place));
      case 'alternate':
        return (value, path) => this.#alternate(entry)(value, path);
      default:
        // Compiled when it is met: types refer to themselves.
        return (value, path) => {
          if (!(value instanceof QDict)) return refusal.type(path.full(), 'object');
          return this.shape(type).check(value, path);
        };
    }
  }

  #builtin(jsonType: string, width: () => IntegerWidth): Checker {
    const { string, boolean, integer, number, null: nothing } = this.scalars;
    switch (jsonType) {
      case 'string':
        return string;
      case 'boolean':
        return boolean;
      case 'int':
        return integer(width());
      case 'number':
        return number;
      case 'null':
        return nothing;
      default:
        return checkAnything;
    }
  }

  #forbiddenValues(entry: EnumEntry): Map<string, 'Deprecated' | 'Unstable'> {
    const result = new Map<string, 'Deprecated' | 'Unstable'>();
    for (const { name, features } of entry.members ?? []) {
      const word = forbidden(this.#policy, features);
      if (word) result.set(name, word);
    }
    return result;
  }

  #alternate(entry: AlternateEntry): Checker {
    let checker = this.#alternates.get(entry.name);
    if (!checker) {
      const branches = new Map<JsonKind, Checker>();
      entry.members.forEach(({ type }, index) => {
        branches.set(this.#kind(type), this.checker(type, entry.name, index));
      });
      const name = this.#schema.alternateName(entry.name) ?? entry.name;
      checker = (value, path) => {
        const branch = branches.get(kindOf(value));
        return branch ? branch(value, path) : refusal.type(path.last(), name);
      };
      this.#alternates.set(entry.name, checker);
    }
    return checker;
  }

  #kind(type: string): JsonKind {
    const entry = this.#schema.type(type);
    if (entry['meta-type'] === 'builtin') {
      return entry['json-type'] === 'int' ? 'number' : entry['json-type'];
    }
    if (entry['meta-type'] === 'enum') return 'string';
    return entry['meta-type'] === 'array' ? 'array' : 'object';
  }
}

interface Member {
  readonly name: string;
  readonly optional: boolean;
  /** Set if the policy forbids it. */
  readonly word: 'Deprecated' | 'Unstable' | undefined;
  readonly check: Checker;
}

/** The members that an object may have, with their checks. */
export class ObjectShape {
  readonly #compiler: Compiler;
  readonly #members: readonly Member[];
  readonly #tag: string | undefined;
  readonly #variants: ReadonlyMap<QValue, string>;

  constructor(compiler: Compiler, entry: ObjectEntry, policy: InputPolicy) {
    this.#compiler = compiler;
    this.#members = entry.members.map((member) => ({
      name: member.name,
      optional: 'default' in member,
      word: forbidden(policy, member.features),
      check: compiler.checker(member.type, entry.name, member.name),
    }));
    this.#tag = entry.tag;
    this.#variants = new Map(entry.variants?.map((variant) => [variant.case, variant.type]));
  }

  /** Checks all members, then refuses others. */
  check(dict: QDict, path: ArgumentPath): string | undefined {
    const visited: string[] = [];
    const refused = this.#visit(dict, path, visited);
    if (refused !== undefined || visited.length === dict.size) return refused;
    return this.#compiler.scalars.unexpected(path.full(firstUnexpected(dict.keys(), visited)));
  }

  /** Visits its own members (and its base's) in the order of the schema, then those of the variant. */
  #visit(dict: QDict, path: ArgumentPath, visited: string[]): string | undefined {
    for (const { name, optional, word, check } of this.#members) {
      const value = dict.get(name);
      if (value === undefined) {
        if (optional) continue;
        return refusal.missing(path.full(name));
      }
      if (word) return refusal.policy(word, 'parameter', name);
      path.enter(name);
      const refused = check(value, path);
      if (refused !== undefined) return refused;
      path.leave();
      visited.push(name);
    }
    const variant = this.#tag === undefined ? undefined : this.#variants.get(dict.get(this.#tag)!);
    return variant === undefined ? undefined : this.#compiler.shape(variant).#visit(dict, path, visited);
  }
}

type JsonKind = 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object' | 'value';

function kindOf(value: QValue): JsonKind {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof QFloat) return 'number';
  return Array.isArray(value) ? 'array' : 'object';
}

function listOf(item: Checker): Checker {
  return (value, path) => {
    if (!Array.isArray(value)) return refusal.type(path.full(), 'array');
    path.enter(0);
    for (const [index, element] of value.entries()) {
      path.next(index);
      const refused = item(element, path);
      if (refused !== undefined) return refused;
    }
    path.leave();
    return undefined;
  };
}
