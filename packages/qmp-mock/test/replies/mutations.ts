import type { Schema } from '../../src/engine/schema/schema.ts';

/** One way to make a value into one that the schema does not allow. */
export interface Mutation {
  /** Path to what becomes wrong, as the check names it. */
  readonly path: string;
  /** The mutation in words, for the name of a test. */
  readonly what: string;
  /** The value with the fault in it; the original stays as it is. */
  apply(): unknown;
}

/** Members of an object; none if it is something else. */
export function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Every mutation that is known to be a fault, without asking the check itself. */
export function* mutations(schema: Schema, type: string, value: unknown, path: string): Generator<Mutation> {
  const entry = schema.type(type);
  const instead = (what: string, wrong: unknown): Mutation => ({ path, what, apply: () => wrong });
  switch (entry['meta-type']) {
    case 'builtin':
      if (entry['json-type'] === 'value') return;
      if (entry['json-type'] !== 'string') yield instead('text', 'zz');
      if (entry['json-type'] === 'int') {
        yield instead('a fraction', 1.5);
        yield instead('2^64', 2n ** 64n);
        yield instead('−2^63 − 1', -(2n ** 63n) - 1n);
      }
      if (entry['json-type'] !== 'null') yield instead('null', null);
      yield instead('an object', {});
      return;
    case 'enum':
      yield instead('an unknown value', 'zz-bogus');
      yield instead('a number', 0);
      return;
    case 'array':
      yield instead('an object', {});
      yield instead('text', 'zz');
      if (!Array.isArray(value)) return;
      for (const [index, item] of value.entries()) {
        for (const inner of mutations(schema, entry['element-type'], item, `${path}[${index}]`)) {
          yield { ...inner, apply: () => value.with(index, inner.apply()) };
        }
      }
      return;
    case 'alternate':
      return;
    default:
      yield instead('a list', []);
      yield instead('a number', 0);
      yield* objectMutations(schema, type, membersOf(value), path);
  }
}

function* objectMutations(
  schema: Schema,
  type: string,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Generator<Mutation> {
  yield {
    path: `${path}.zz-unknown`,
    what: 'an unknown member',
    apply: () => ({ ...value, 'zz-unknown': 1 }),
  };
  for (let shape: string | undefined = type; shape !== undefined;) {
    const entry = schema.objectType(shape);
    for (const member of entry.members) {
      const place = `${path}.${member.name}`;
      if (!('default' in member)) {
        const { [member.name]: _, ...others } = value;
        yield { path: place, what: 'no such member', apply: () => others };
      }
      if (!(member.name in value)) continue;
      for (const inner of mutations(schema, member.type, value[member.name], place)) {
        yield { ...inner, apply: () => ({ ...value, [member.name]: inner.apply() }) };
      }
    }
    const chosen = entry.tag === undefined ? undefined : value[entry.tag];
    shape = entry.variants?.find((variant) => variant.case === chosen)?.type;
  }
}
