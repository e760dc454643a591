import type { SchemaMember, SchemaType } from '../qapi-gen/introspection.ts';
import type { CommandSchema } from './command-schema.ts';

/** How deep the members of members are shown. */
const DEPTH = 3;
/** How many values of an enumeration are shown. */
const VALUES = 24;
/** How many variants of an object are shown with their members. */
const VARIANTS = 4;

/** A schema, and what is known of the values. */
interface Context {
  readonly schema: CommandSchema;
  /** Gives the value of a tag, if it is known. */
  readonly tagValue: (tag: string) => string | undefined;
}

/**
 * Describes a command or an event: what it takes, and what it returns. `undefined` if there isn't one of that
 * name.
 *
 * @param given - Values that decide about further members, such as `driver` of `blockdev-add`.
 * @example
 * describeCommand('set_link', schema)
 * // 'set_link\n  name  string\n  up    boolean\nreturns nothing'
 */
export function describeCommand(
  name: string,
  schema: CommandSchema,
  given: ReadonlyMap<string, string> = new Map(),
): string | undefined {
  const context: Context = { schema, tagValue: (tag) => given.get(tag) };
  const command = schema.command(name);
  const event = command === undefined ? schema.event(name) : undefined;
  if (command === undefined && event === undefined) return undefined;
  const title = [name, ...(event === undefined ? [] : ['(event)'])];
  if (command?.oob === true) title.push('(also out of band)');
  title.push(...(command ?? event!).features.map((feature) => `(${feature})`));
  const lines = [title.join(' ')];
  const members = schema.type((command?.arguments ?? event?.data)!);
  lines.push(...membersOf(members, context, DEPTH));
  if (command !== undefined) {
    const result = schema.type(command.return);
    lines.push(`returns ${isEmpty(result) ? 'nothing' : nameOf(result, schema)}`);
    const shown = result.kind === 'array' ? schema.type(result.element) : result;
    lines.push(...membersOf(shown, context, 1));
  }
  return lines.join('\n');
}

const isEmpty = (type: SchemaType): boolean =>
  type.kind === 'object' && type.members.length === 0 && type.variants.length === 0;

function membersOf(type: SchemaType, context: Context, depth: number): string[] {
  if (type.kind !== 'object' || depth === 0) return [];
  const { schema, tagValue } = context;
  const members = schema.membersOf(type, tagValue);
  const width = Math.max(...members.map(({ name }) => name.length), 0);
  const lines = members.flatMap((member) => [
    describeMember(member, schema, width),
    ...membersOf(schema.type(member.type), context, depth - 1),
  ]);
  if (type.tag !== undefined && tagValue(type.tag) === undefined)
    lines.push(...variantsOf(type, context, depth));
  return indent(lines);
}

function variantsOf(
  { tag, variants }: SchemaType & { readonly kind: 'object' },
  context: Context,
  depth: number,
): string[] {
  const further = variants
    .map((variant) => ({
      name: variant.case,
      lines: membersOf(context.schema.type(variant.type), context, depth - 1),
    }))
    .filter(({ lines }) => lines.length > 0);
  if (further.length > VARIANTS) return [`and more, which ${tag} decides about: name its value, as ${tag}=…`];
  return further.flatMap(({ name, lines }) => [`with ${tag}=${name}:`, ...lines]);
}

function describeMember(member: SchemaMember, schema: CommandSchema, width: number): string {
  const notes = [...(member.optional ? ['optional'] : []), ...member.features];
  return [`${member.name.padEnd(width)}  ${nameOf(schema.type(member.type), schema)}`, ...notes].join(', ');
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** The words for a type. */
function nameOf(type: SchemaType, schema: CommandSchema): string {
  switch (type.kind) {
    case 'builtin':
      return type.json === 'value' ? 'any value' : type.json;
    case 'enum': {
      const names = type.values.slice(0, VALUES).map(({ name }) => name);
      const more = type.values.length - names.length;
      return `${names.join(' | ')}${more > 0 ? ` | … ${more} more` : ''}`;
    }
    case 'array':
      return `array of ${nameOf(schema.type(type.element), schema)}`;
    case 'object':
      return 'object';
    default:
      return [...new Set(type.types.map((name) => nameOf(schema.type(name), schema)))].join(' | ');
  }
}
