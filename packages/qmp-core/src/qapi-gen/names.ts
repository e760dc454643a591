/**
 * Names for types that introspection left nameless.
 *
 * Well-known types keep the name that QEMU's manual gives them ({@link KNOWN_NAMES}, looked up by where the
 * type is used, so that it works for any QEMU). Every other type is named after the first place that uses it:
 * `QueryStatusReturn`, `DumpGuestMemoryArguments`, `BlockInfoInserted`. First means nearest to a command or
 * event, then alphabetical, so that a new command in a new QEMU renames as little as possible.
 */

import type { Introspection, SchemaType } from './introspection.ts';
import { KNOWN_NAMES } from './known-names.ts';

/** A member of a union: the members that an object has when its tag is one of `cases`. */
export interface UnionCase {
  cases: readonly string[];
  /** Name of the type that has the further members; undefined if the case adds none. */
  type: string | undefined;
}

/** The cases of an object with a tag. Those without further members are taken together, last. */
export function casesOf(schema: Introspection, type: SchemaType): UnionCase[] {
  if (type.kind !== 'object' || type.tag === undefined) return [];
  const variants = new Map(type.variants.map((variant) => [variant.case, variant.type]));
  const tagType = schema.type(type.members.find((member) => member.name === type.tag)?.type ?? '');
  const values = tagType.kind === 'enum' ? tagType.values.map((value) => value.name) : [...variants.keys()];
  const full: UnionCase[] = [];
  const bare: string[] = [];
  for (const value of values) {
    const variant = variants.get(value);
    if (variant === undefined || isEmpty(schema.type(variant))) bare.push(value);
    else full.push({ cases: [value], type: variant });
  }
  return bare.length === 0 ? full : [...full, { cases: bare, type: undefined }];
}

/** Whether an object has no members at all. */
export function isEmpty(type: SchemaType): boolean {
  return type.kind === 'object' && type.members.length === 0 && type.variants.length === 0;
}

/** `block-job-cancel`, `BLOCK_JOB_READY` or `qcow2` as part of a type's name. */
export function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => (/[a-z]/.test(word) ? word : word.toLowerCase()))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** A type and the name it would get from where it is used. */
interface Use {
  type: string;
  name: string;
}

/**
 * A name for each enum, alternate and object that a generated file declares, in the order of first use.
 *
 * @param reserved - Names that are taken: what the file declares besides.
 */
export function nameTypes(schema: Introspection, reserved: readonly string[]): Map<string, string> {
  const known = knownNames(schema);
  const names = new Map<string, string>();
  const taken = new Set(reserved);
  let level: Use[] = rootUses(schema);
  const expanded = new Set<string>();
  while (level.length > 0) {
    const next: Use[] = [];
    for (const use of level) {
      const type = schema.type(use.type);
      if (type.kind === 'builtin' || isEmpty(type)) continue;
      // An array has no name: its element is named in its place.
      if (type.kind === 'array') {
        next.push({ type: type.element, name: use.name });
        continue;
      }
      if (expanded.has(use.type)) continue;
      expanded.add(use.type);
      const name = unique(known.get(use.type) ?? use.name, taken);
      names.set(use.type, name);
      next.push(...partUses(schema, type, name));
    }
    level = next;
  }
  return names;
}

function rootUses(schema: Introspection): Use[] {
  return [
    ...schema.commands.flatMap((command) => [
      { type: command.arguments, name: `${pascal(command.name)}Arguments` },
      { type: command.return, name: `${pascal(command.name)}Return` },
    ]),
    ...schema.events.map((event) => ({ type: event.data, name: `${pascal(event.name)}Data` })),
  ];
}

function partUses(schema: Introspection, type: SchemaType, name: string): Use[] {
  if (type.kind === 'alternate')
    return type.types.map((part) => ({ type: part, name: `${name}${kindName(schema.type(part))}` }));
  if (type.kind !== 'object') return [];
  return [
    ...type.members
      .filter((member) => member.name !== type.tag)
      .map((member) => ({ type: member.type, name: `${name}${pascal(member.name)}` })),
    ...casesOf(schema, type).flatMap(({ cases, type: variant }) =>
      variant === undefined ? [] : variantUses(schema, variant, `${name}${pascal(cases[0] ?? '')}`),
    ),
  ];
}

/**
 * A variant is written out where it is used, so its parts need names. It needs one itself only if it is a
 * union.
 */
function variantUses(schema: Introspection, variant: string, name: string): Use[] {
  const type = schema.type(variant);
  if (type.kind !== 'object') return [];
  if (type.tag !== undefined) return [{ type: variant, name: `${name}Members` }];
  return type.members.map((member) => ({ type: member.type, name: `${name}${pascal(member.name)}` }));
}

function kindName(type: SchemaType): string {
  return type.kind === 'builtin' ? pascal(type.name) : pascal(type.kind);
}

function knownNames(schema: Introspection): Map<string, string> {
  const found = new Map<string, string>();
  for (const [path, name] of KNOWN_NAMES) {
    const type = resolve(schema, path);
    if (type !== undefined && !found.has(type)) found.set(type, name);
  }
  return found;
}

/** The type at a path such as `query-block:return[].inserted` or `migrate:arguments.channels[].addr`. */
function resolve(schema: Introspection, path: string): string | undefined {
  const [root, rest] = splitOnce(path, ':');
  const [side = ''] = /^\w+/.exec(rest) ?? [];
  const command = schema.commands.find((candidate) => candidate.name === root);
  const event = schema.events.find((candidate) => candidate.name === root);
  let type = side === 'data' ? event?.data : side === 'arguments' ? command?.arguments : command?.return;
  for (const [step] of rest.slice(side.length).matchAll(/\[\]|\.[^.<[]+|<[^<>]+>/g)) {
    if (type === undefined) return undefined;
    type = follow(schema.type(type), step);
  }
  return type;
}

function follow(type: SchemaType, step: string): string | undefined {
  if (step === '[]') return type.kind === 'array' ? type.element : undefined;
  if (type.kind !== 'object') return undefined;
  return step.startsWith('.')
    ? type.members.find((member) => member.name === step.slice(1))?.type
    : type.variants.find((variant) => variant.case === step.slice(1, -1))?.type;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Makes a name unique: adds a number if another type already has it. */
export function unique(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${name}${count}`;
  taken.add(candidate);
  return candidate;
}
