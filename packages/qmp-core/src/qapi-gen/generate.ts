/** A QAPI schema as TypeScript types. */

import type { IntegerWidths, IsWide } from './integers.ts';
import { wideIntegers } from './integers.ts';
import type { Introspection, SchemaCommand, SchemaMember, SchemaType } from './introspection.ts';
import type { UnionCase } from './names.ts';
import { casesOf, isEmpty, nameTypes, pascal, unique } from './names.ts';
import { docComment, interfaceType, literal, objectProperty, property, typeAlias } from './print.ts';

/** Name and origin of a generated file. */
export interface GenerateOptions {
  /** Name of the schema type. */
  name: string;
  /** Module that the file imports `Empty` and `QapiSchema` from; by default `qmp-core`. */
  from?: string | undefined;
  /** Origin of the schema, for the head of the file: `QEMU 11.1.3`. */
  source?: string | undefined;
  /** Widths of the integers among the arguments, if known. */
  widths?: IntegerWidths | undefined;
}

const MARKS: Readonly<Record<string, string>> = {
  deprecated: '@deprecated QEMU is going to drop this.',
  unstable: '@experimental QEMU may change or drop this in any release.',
};

/**
 * Commands that take members which introspection cannot list (`'gen': false` in QEMU's `qapi/qdev.json`):
 * beside its own, `device_add` takes the properties of the device.
 */
const OPEN_ARGUMENTS = new Set(['device_add']);

/**
 * The TypeScript types of a schema as the text of one module that has no run-time code.
 * The same schema gives the same text, byte for byte.
 */
export function generateTypes(schema: Introspection, options: GenerateOptions): string {
  const writer = new TypeWriter(schema, options);
  const declarations = [...writer.declarations()].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const { name, from = 'qmp-core', source = 'a QEMU' } = options;
  return `${[
    `// Generated from the introspection schema of ${source}. Do not edit: generate it again.`,
    `import type { Empty, QapiSchema } from ${literal(from)};`,
    `${docComment([`The commands and events of ${source}.`])}\n${interfaceType(
      name,
      [`  commands: ${name}Commands;`, `  events: ${name}Events;`],
      'QapiSchema',
    )}`,
    `${docComment([`What each command takes and returns.`])}\n${interfaceType(
      `${name}Commands`,
      schema.commands.map((command) => writer.command(command)),
    )}`,
    `${docComment([`The data of each event.`])}\n${interfaceType(
      `${name}Events`,
      schema.events.map((event) =>
        property(event.name, [writer.reference(event.data)], { comment: comment(event.features) }),
      ),
    )}`,
    ...declarations.map(([, text]) => text),
  ].join('\n\n')}\n`;
}

class TypeWriter {
  readonly #schema: Introspection;
  readonly #names: Map<string, string>;
  readonly #taken: Set<string>;
  readonly #isWide: IsWide;
  readonly #open: ReadonlySet<string>;

  constructor(schema: Introspection, options: GenerateOptions) {
    this.#schema = schema;
    const reserved = [
      options.name,
      `${options.name}Commands`,
      `${options.name}Events`,
      'Empty',
      'QapiSchema',
    ];
    this.#names = nameTypes(schema, reserved);
    this.#taken = new Set([...reserved, ...this.#names.values()]);
    this.#isWide = wideIntegers(schema, options.widths);
    this.#open = new Set(
      schema.commands
        .filter((command) => OPEN_ARGUMENTS.has(command.name))
        .map((command) => command.arguments),
    );
  }

  command(command: SchemaCommand): string {
    const members = [
      `arguments: ${this.reference(command.arguments)}`,
      `return: ${this.reference(command.return)}`,
      ...['deprecated', 'unstable']
        .filter((mark) => command.features.includes(mark))
        .map((mark) => `${mark}: true`),
    ];
    const said = [comment(command.features), command.oob ? 'Can be run out of band.' : undefined];
    const text = said
      .filter((part) => part !== undefined)
      .toReversed()
      .join(' ');
    return objectProperty(command.name, members, text === '' ? undefined : text);
  }

  *declarations(): Iterable<[name: string, text: string]> {
    for (const [id, name] of this.#names) {
      const type = this.#schema.type(id);
      if (type.kind === 'enum')
        yield [
          name,
          typeAlias(
            name,
            type.values.map((value) => literal(value.name)),
          ),
        ];
      else if (type.kind === 'alternate')
        yield [
          name,
          typeAlias(
            name,
            type.types.map((part) => this.reference(part, true)),
          ),
        ];
      else if (type.kind === 'object' && type.tag !== undefined) yield* this.#union(name, type);
      else if (type.kind === 'object')
        yield [name, interfaceType(name, this.#members(type, this.#open.has(id)))];
    }
  }

  /** The expression for a type at a place of use. `wide` says whether its integers can be large. */
  reference(id: string, wide = false): string {
    const type = this.#schema.type(id);
    if (type.kind === 'builtin') return builtin(type.json, wide);
    if (type.kind === 'array') {
      const element = this.reference(type.element, wide);
      return element.includes(' ') ? `(${element})[]` : `${element}[]`;
    }
    return this.#names.get(id) ?? 'Empty';
  }

  #members(type: SchemaType & { kind: 'object' }, open = false): string[] {
    const members = type.members.map((member) => this.#member(type.name, member));
    return open ? [...members, '  [property: string]: unknown;'] : members;
  }

  #member(owner: string, member: SchemaMember, only?: readonly string[]): string {
    const type = only?.map(literal) ?? [this.reference(member.type, this.#isWide(owner, member.name))];
    // `unknown` takes in `undefined` as it is.
    const open = member.optional && type[0] !== 'unknown';
    return property(member.name, open ? [...type, 'undefined'] : type, {
      optional: member.optional,
      comment: comment(member.features),
    });
  }

  /** Declares a union: an alias for one interface per case, with shared members in a base interface. */
  *#union(name: string, type: SchemaType & { kind: 'object' }): Iterable<[name: string, text: string]> {
    const tag = type.members.find((member) => member.name === type.tag);
    if (tag === undefined) return;
    const shared = type.members.filter((member) => member !== tag);
    const base = shared.length === 0 ? undefined : unique(`${name}Base`, this.#taken);
    if (base !== undefined)
      yield [
        base,
        interfaceType(
          base,
          shared.map((member) => this.#member(type.name, member)),
        ),
      ];
    const alternatives: string[] = [];
    for (const unionCase of casesOf(this.#schema, type)) {
      const suffix = unionCase.cases.length === 1 ? pascal(unionCase.cases[0] ?? '') : 'Other';
      const caseName = unique(`${name}${suffix}`, this.#taken);
      const nested = this.#nestedUnion(unionCase);
      alternatives.push(nested === undefined ? caseName : `(${caseName} & ${nested})`);
      const properties = [
        this.#member(type.name, tag, unionCase.cases),
        ...(nested === undefined ? this.#variantMembers(unionCase) : []),
      ];
      yield [caseName, interfaceType(caseName, properties, base)];
    }
    yield [name, typeAlias(name, alternatives)];
  }

  #nestedUnion({ type }: UnionCase): string | undefined {
    const variant = type === undefined ? undefined : this.#schema.type(type);
    return variant?.kind === 'object' && variant.tag !== undefined
      ? this.#names.get(variant.name)
      : undefined;
  }

  #variantMembers({ type }: UnionCase): string[] {
    const variant = type === undefined ? undefined : this.#schema.type(type);
    return variant?.kind === 'object' && !isEmpty(variant) ? this.#members(variant) : [];
  }
}

function builtin(json: string, wide: boolean): string {
  switch (json) {
    case 'int':
      return wide ? 'number | bigint' : 'number';
    case 'value':
      return 'unknown';
    case 'object':
      return '{ [member: string]: unknown }';
    case 'array':
      return 'unknown[]';
    default:
      return json;
  }
}

function comment(features: readonly string[]): string | undefined {
  const marks = Object.keys(MARKS).filter((mark) => features.includes(mark));
  return marks.length === 0 ? undefined : marks.map((mark) => MARKS[mark]).join(' ');
}
