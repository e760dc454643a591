/**
 * Random arguments for the commands of a schema: mostly what the schema asks for, so that QEMU gets far into them, with
 * a fault here and there. Values are plain JavaScript, but for objects, which are `Map`s (any name, order kept), and
 * floating point, which is {@link Float} (JavaScript cannot tell `1.0` from `1`).
 */

/** A number that is written as floating point. */
export class Float {
  #text;

  constructor(text) {
    this.#text = text;
  }

  toString() {
    return this.#text;
  }
}

/** The JSON text of a value. */
export function toText(value) {
  if (value instanceof Map) {
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${toText(member)}`).join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => toText(item)).join(',')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

const EDGES = [7, 8, 15, 16, 31, 32, 53, 63, 64].flatMap((bits) =>
  [-1n, 0n, 1n].flatMap((by) => [2n ** BigInt(bits) + by, -(2n ** BigInt(bits)) + by]),
);
const FLOATS = ['1.0', '0.5', '-0.0', '1e3', '1e400', '-1.5e-7', '18446744073709551616.0'];
const STRINGS = ['', 'x', '1', 'on', "it's", 'a"b\\c', 'é', '💻', '\0', 'null', 'a.b[0]', '%s%n', 'file'];
const NAME_LETTERS = 'abcdefghijklmnopqrstuvwxyz-_0123456789ß.é';

/** Makes arguments; `fault` is how likely a fault is at each value. */
export class ArgumentMaker {
  #random;
  #schema;
  #fault;

  constructor(random, schema, fault) {
    this.#random = random;
    this.#schema = schema;
    this.#fault = fault;
  }

  /** Arguments of a command, with at least one member that it does not have: nothing ever runs. */
  make(command) {
    const args = this.#object(command.argType, 0);
    const extra = this.#random.chance(0.8) ? 1 : this.#random.integer(2, this.#random.pick([3, 10, 60]));
    for (let i = 0; i < extra; i += 1) args.set(`zz-${this.#name()}`, this.#anything(2));
    if (this.#random.chance(0.2)) for (let i = 0; i < 3; i += 1) args.set(`${this.#name()}-zz`, null);
    return new Map(this.#random.shuffle([...args]));
  }

  #name() {
    let name = '';
    for (let i = this.#random.integer(1, 12); i > 0; i -= 1) name += this.#random.pick(NAME_LETTERS);
    return name;
  }

  #value(type, depth) {
    if (this.#random.chance(this.#fault)) return this.#anything(2);
    const entry = this.#schema.type(type);
    switch (entry['meta-type']) {
      case 'builtin':
        return this.#builtin(entry['json-type']);
      case 'enum':
        return this.#random.chance(this.#fault)
          ? this.#random.pick(STRINGS)
          : this.#random.pick(entry.values);
      case 'array': {
        const items = [];
        for (let i = this.#random.integer(0, depth > 4 ? 1 : 3); i > 0; i -= 1) {
          items.push(this.#value(entry['element-type'], depth + 1));
        }
        return items;
      }
      case 'alternate': {
        const plain = entry.members.filter(({ type: t }) => this.#schema.type(t)['meta-type'] !== 'object');
        const branches = depth > 5 && plain.length > 0 ? plain : entry.members;
        return this.#value(this.#random.pick(branches).type, depth);
      }
      default:
        return this.#object(type, depth + 1);
    }
  }

  #builtin(jsonType) {
    switch (jsonType) {
      case 'string':
        return this.#random.pick(STRINGS);
      case 'boolean':
        return this.#random.chance(0.5);
      case 'int':
        return this.#random.chance(0.2) ? this.#random.pick(EDGES) : this.#random.integer(0, 100);
      case 'number':
        return this.#random.chance(0.5) ? new Float(this.#random.pick(FLOATS)) : this.#random.pick(EDGES);
      case 'null':
        return null;
      default:
        return this.#anything(3);
    }
  }

  #object(type, depth) {
    const entry = this.#schema.type(type);
    const result = new Map();
    this.#fill(entry, result, depth);
    if (this.#random.chance(this.#fault)) {
      for (let i = this.#random.integer(1, 4); i > 0; i -= 1) result.set(this.#name(), 0);
    }
    return new Map(this.#random.shuffle([...result]));
  }

  #fill(entry, result, depth) {
    const wanted = this.#random.pick([0, 0.1, 0.5, 0.9]) / (depth > 3 ? depth : 1);
    for (const member of entry.members) {
      const present =
        'default' in member ? this.#random.chance(wanted) : !this.#random.chance(this.#fault / 2);
      if (present && !result.has(member.name)) result.set(member.name, this.#value(member.type, depth));
    }
    const variant = entry.variants?.find((candidate) => candidate.case === result.get(entry.tag));
    if (variant) this.#fill(this.#schema.type(variant.type), result, depth);
  }

  #anything(depth) {
    switch (this.#random.integer(0, depth > 0 ? 8 : 6)) {
      case 0:
        return null;
      case 1:
        return this.#random.chance(0.5);
      case 2:
        return this.#random.integer(-5, 300);
      case 3:
        return this.#random.pick(EDGES);
      case 4:
        return new Float(this.#random.pick(FLOATS));
      case 5:
      case 6:
        return this.#random.pick(STRINGS);
      case 7:
        return Array.from({ length: this.#random.integer(0, 2) }, () => this.#anything(depth - 1));
      default: {
        const result = new Map();
        for (let i = this.#random.integer(0, 3); i > 0; i -= 1) {
          result.set(this.#name(), this.#anything(depth - 1));
        }
        return result;
      }
    }
  }
}
