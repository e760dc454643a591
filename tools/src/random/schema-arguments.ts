import * as fc from 'fast-check';
import type { CommandInfo, Schema } from '../internals/schema.ts';
import type { WireObject, WireValue } from './wire-value.ts';
import { anyValue, float, integer, memberName, text } from './wire-values.ts';

/** How deep values get before only what has to be there is. */
const MAX_DEPTH = 4;
/** Weights are whole numbers. */
const PER_MILLE = 1000;

type Members = readonly (readonly [name: string, value: WireValue])[];
type Member = { readonly name: string; readonly type: string; readonly default?: unknown };

/** Every type that can be met below a type, itself included. */
export function typesBelow(schema: Schema, ...types: readonly string[]): Set<string> {
  const met = new Set(types);
  for (const name of met) {
    const entry = schema.type(name);
    if (entry['meta-type'] === 'array') met.add(entry['element-type']);
    if (entry['meta-type'] !== 'object' && entry['meta-type'] !== 'alternate') continue;
    for (const { type } of entry.members) met.add(type);
    if (entry['meta-type'] === 'object') for (const { type } of entry.variants ?? []) met.add(type);
  }
  return met;
}

/**
 * Random arguments for the commands of a schema: mostly what the schema asks for, so that QEMU gets far into
 * them, with a fault here and there.
 */
export class SchemaArguments {
  readonly #schema: Schema;
  readonly #fault: number;
  readonly #depth = fc.createDepthIdentifier();
  readonly #types: Readonly<Record<string, fc.Arbitrary<WireValue>>>;

  /** @param fault - How likely a fault is at each value, from 0 to 1. */
  constructor(schema: Schema, fault: number) {
    this.#schema = schema;
    this.#fault = Math.round(fault * PER_MILLE);
    const names = typesBelow(schema, ...[...schema.commands.values()].map(({ argType }) => argType));
    this.#types = fc.letrec<Record<string, WireValue>>((tie) =>
      Object.fromEntries([...names].map((name) => [name, this.#value(name, tie)])),
    );
  }

  /** Arguments of a command. */
  of(command: CommandInfo): fc.Arbitrary<WireObject> {
    // A fault may be in the place of the whole.
    return this.#types[command.argType]!.map((args) => (args instanceof Map ? args : new Map()));
  }

  /** Arguments of a command with at least one member that it does not have, so that it never runs. */
  refused(command: CommandInfo): fc.Arbitrary<WireObject> {
    const strange = (suffix: string): fc.Arbitrary<string> => memberName.map((name) => `zz-${name}${suffix}`);
    return fc
      .tuple(
        this.of(command),
        fc.oneof(
          { weight: 9, arbitrary: fc.array(fc.tuple(strange(''), anyValue), { minLength: 1, maxLength: 3 }) },
          {
            weight: 1,
            arbitrary: fc.array(fc.tuple(strange(''), anyValue), { minLength: 2, maxLength: 60 }),
          },
        ),
        anyOrder,
      )
      .map(([args, more, order]) => new Map(order([...args, ...more])));
  }

  #value(name: string, tie: (name: string) => fc.Arbitrary<WireValue>): fc.Arbitrary<WireValue> {
    const entry = this.#schema.type(name);
    switch (entry['meta-type']) {
      case 'builtin':
        return this.#orFault(BUILTIN[entry['json-type']] ?? anyValue);
      case 'enum':
        return this.#orFault(fc.constantFrom(...entry.values));
      case 'array':
        return this.#orFault(
          fc.array(tie(entry['element-type']), { maxLength: 3, depthIdentifier: this.#depth }),
        );
      case 'alternate': {
        // The deep one is the first, which isn't an object then.
        const branches = entry.members
          .map(({ type }) => type)
          .toSorted((a, b) => Number(this.#isObject(a)) - Number(this.#isObject(b)));
        const options = { maxDepth: MAX_DEPTH, depthIdentifier: this.#depth };
        return this.#orFault(fc.oneof(options, ...branches.map((branch) => tie(branch))));
      }
      case 'object': {
        const { members, tag, variants } = entry;
        if (tag === undefined || variants === undefined) return this.#object(members, tie);
        const others = members.filter((member) => member.name !== tag);
        const cases = variants.map((variant) =>
          this.#object([...others, ...this.#schema.objectType(variant.type).members], tie, [
            tag,
            variant.case,
          ]),
        );
        return this.#orFault(fc.oneof(...cases, this.#object(members, tie)));
      }
    }
  }

  #isObject(type: string): boolean {
    return this.#schema.type(type)['meta-type'] === 'object';
  }

  #object(
    members: readonly Member[],
    tie: (name: string) => fc.Arbitrary<WireValue>,
    ...fixed: Members
  ): fc.Arbitrary<WireValue> {
    const model = (wanted: readonly Member[]): Record<string, fc.Arbitrary<WireValue>> =>
      Object.fromEntries(wanted.map(({ name, type }) => [name, tie(type)]));
    const mandatory = members.filter((member) => !('default' in member));
    const requiredKeys = mandatory.map(({ name }) => name);
    const few = fc.record(model(mandatory), { noNullPrototype: true });
    const many = fc.record(model(members), { requiredKeys, noNullPrototype: true });
    const lacking = fc.record(model(members), { requiredKeys: [], noNullPrototype: true });
    const options = { maxDepth: MAX_DEPTH, depthIdentifier: this.#depth };
    const record = fc.oneof(
      options,
      { weight: PER_MILLE, arbitrary: few },
      { weight: PER_MILLE, arbitrary: many },
      ...(this.#fault === 0 ? [] : [{ weight: this.#fault, arbitrary: lacking }]),
    ) as fc.Arbitrary<Record<string, WireValue>>;
    return fc
      .tuple(record, this.#surplus(), anyOrder)
      .map(([found, more, order]) => new Map(order([...Object.entries(found), ...fixed, ...more])));
  }

  /** Members that do not belong there. */
  #surplus(): fc.Arbitrary<Members> {
    const none = fc.constant<Members>([]);
    if (this.#fault === 0) return none;
    return fc.oneof(
      { weight: PER_MILLE - this.#fault, arbitrary: none },
      { weight: this.#fault, arbitrary: fc.array(fc.tuple(memberName, fc.constant(0n)), { maxLength: 4 }) },
    );
  }

  #orFault(good: fc.Arbitrary<WireValue>): fc.Arbitrary<WireValue> {
    if (this.#fault === 0) return good;
    return fc.oneof(
      { weight: PER_MILLE - this.#fault, arbitrary: good },
      { weight: this.#fault, arbitrary: anyValue },
    );
  }
}

const BUILTIN: Readonly<Record<string, fc.Arbitrary<WireValue>>> = {
  string: text,
  boolean: fc.boolean(),
  int: integer,
  number: fc.oneof(float, integer),
  null: fc.constant(null),
};

type Order = <T>(items: readonly T[]) => T[];

/** An order of some items: their own, one that begins at another, or either backwards. */
const anyOrder: fc.Arbitrary<Order> = fc
  .tuple(fc.nat(60), fc.boolean())
  .map(([by, backwards]): Order => (items) => {
    const first = by % Math.max(1, items.length);
    const turned = [...items.slice(first), ...items.slice(0, first)];
    return backwards ? turned.toReversed() : turned;
  });
