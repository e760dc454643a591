/**
 * An introspection schema beside the generated TypeScript types, as the compiler sees them.
 *
 * The schema is read here from the dump itself and not with the generator's code, so that a mistake of the
 * generator cannot hide in both.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
// The compiler's JavaScript API ends with TypeScript 6; the types themselves are the same for all.
import ts from 'typescript-5.9';
import { DATA } from '../support/versions.ts';

/** A line of `query-qmp-schema`. */
export interface Entry {
  name: string;
  'meta-type': string;
  'json-type'?: string;
  'arg-type'?: string;
  'ret-type'?: string;
  'element-type'?: string;
  features?: string[];
  tag?: string;
  variants?: { case: string; type: string }[];
  members?: Member[];
}

interface Member {
  name: string;
  type: string;
  default?: null;
}

/** One shape that an object can have: its members, and the values of the tags that select it. */
interface Shape {
  tags: ReadonlyMap<string, string>;
  members: readonly Member[];
}

const SOURCES = new URL('../../src/qapi/', import.meta.url);

/** The lines of the dump of a version; the caller may change them. */
export function readDump(version: string): Entry[] {
  return JSON.parse(readFileSync(new URL(`${version}/x86_64/schema.json`, DATA), 'utf8'));
}

/** The generated file of a version in the compiler's hands. */
export function compileTypes(version: string): { checker: ts.TypeChecker; schema: ts.Type } {
  const file = fileURLToPath(new URL(`qemu-${version}.ts`, SOURCES));
  const program = ts.createProgram([file], {
    lib: ['lib.es5.d.ts', 'lib.es2015.symbol.d.ts'],
    target: ts.ScriptTarget.ES2020,
    module: ts.ModuleKind.NodeNext,
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const name = `Qapi${version.replace('.', '')}`;
  const symbol = module && checker.getExportsOfModule(module).find((candidate) => candidate.name === name);
  if (symbol === undefined) throw new Error(`${file} exports no ${name}`);
  return { checker, schema: checker.getDeclaredTypeOfSymbol(symbol) };
}

/** Compares the two, and collects if they differ. */
export class SchemaWalk {
  /** `path: what is different`, for each. */
  readonly differences: string[] = [];
  /** How many places were compared. */
  compared = 0;
  readonly #dump: readonly Entry[];
  readonly #types: ReadonlyMap<string, Entry>;
  readonly #checker: ts.TypeChecker;
  readonly #schema: ts.Type;
  readonly #seen = new Map<string, ts.Type[][]>();

  constructor(dump: readonly Entry[], { checker, schema }: ReturnType<typeof compileTypes>) {
    this.#dump = dump;
    this.#types = new Map(
      dump.filter((e) => e['meta-type'] !== 'command' && e['meta-type'] !== 'event').map((e) => [e.name, e]),
    );
    this.#checker = checker;
    this.#schema = schema;
  }

  /** The commands or the events of the dump, by name. */
  entries(kind: 'command' | 'event'): Entry[] {
    return this.#dump
      .filter((entry) => entry['meta-type'] === kind)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The names that the generated type has. */
  typedNames(side: 'commands' | 'events'): string[] {
    return this.#member(this.#schema, side)
      .getProperties()
      .map((property) => property.name)
      .toSorted((a, b) => (a < b ? -1 : 1));
  }

  /** Marks of a command in the generated type, beside `arguments` and `return`. */
  marks(command: string): string[] {
    return this.#member(this.#member(this.#schema, 'commands'), command)
      .getProperties()
      .map((property) => property.name)
      .filter((name) => name !== 'arguments' && name !== 'return');
  }

  /** Walks everything that the commands and events reach. */
  all(): this {
    const commands = this.#member(this.#schema, 'commands');
    for (const { name, 'arg-type': args = '', 'ret-type': ret = '' } of this.entries('command')) {
      const command = this.#member(commands, name);
      this.#compare([this.#member(command, 'arguments')], args, `${name}(arguments)`, name === 'device_add');
      this.#compare([this.#member(command, 'return')], ret, `${name}(return)`);
    }
    const events = this.#member(this.#schema, 'events');
    for (const { name, 'arg-type': data = '' } of this.entries('event'))
      this.#compare([this.#member(events, name)], data, name);
    return this;
  }

  #compare(types: readonly ts.Type[], id: string, path: string, open = false): void {
    const parts = types.flatMap((type) => (type.isUnion() ? type.types : [type]));
    const seen = this.#seen.get(id) ?? [];
    if (seen.some((old) => old.length === parts.length && old.every((type, i) => type === parts[i]))) return;
    this.#seen.set(id, [...seen, parts]);
    this.compared += 1;
    const entry = this.#types.get(id);
    if (entry === undefined) throw new Error(`${path}: the dump has no type ${id}`);
    switch (entry['meta-type']) {
      case 'builtin':
        return this.#compareBuiltin(parts, entry, path);
      case 'enum':
        return this.#equal(literals(parts), names(entry), `${path}: values`);
      case 'array':
        return this.#compareArray(parts, entry, path);
      case 'alternate':
        return this.#compareAlternate(parts, entry, path);
      default:
        return this.#compareObject(parts, entry, path, open);
    }
  }

  #compareBuiltin(parts: readonly ts.Type[], entry: Entry, path: string): void {
    const json = entry['json-type'] ?? '';
    const got = [...new Set(parts.map(kindOf))].toSorted();
    // An integer may be a bigint as well, by a rule that introspection knows nothing of.
    if (json === 'int')
      this.#equal(
        got.filter((kind) => kind !== 'bigint'),
        ['number'],
        path,
      );
    else this.#equal(got, [json === 'value' ? 'unknown' : json], path);
  }

  #compareArray(parts: readonly ts.Type[], entry: Entry, path: string): void {
    const [array] = parts;
    if (parts.length !== 1 || !array || !this.#checker.isArrayType(array) || !isReference(array)) {
      this.differences.push(`${path}: no array`);
      return;
    }
    const elements = this.#checker.getTypeArguments(array);
    this.#compare(elements, entry['element-type'] ?? '', `${path}[]`);
  }

  /** An alternate's branches differ in their JSON type: each takes the parts of its own. */
  #compareAlternate(parts: readonly ts.Type[], entry: Entry, path: string): void {
    const left = new Set(parts);
    for (const { type } of entry.members ?? []) {
      const branch = this.#types.get(type);
      const wanted = jsonKinds(branch);
      const own = parts.filter((part) =>
        wanted.includes(this.#checker.isArrayType(part) ? 'array' : kindOf(part)),
      );
      for (const part of own) left.delete(part);
      this.#compare(own, type, `${path}|${branch?.['json-type'] ?? branch?.['meta-type']}`);
    }
    if (left.size > 0) this.differences.push(`${path}: ${left.size} alternatives too many`);
  }

  #compareObject(parts: readonly ts.Type[], entry: Entry, path: string, open: boolean): void {
    const left = new Set(parts);
    for (const shape of this.#shapes(entry)) {
      const tags = [...shape.tags];
      const at = path + tags.map(([tag, value]) => `<${tag}=${value}>`).join('');
      const own = parts.filter((part) =>
        tags.every(([tag, value]) => this.#tagValues(part, tag).includes(value)),
      );
      if (own.length !== 1) this.differences.push(`${at}: ${own.length} types for it`);
      for (const part of own) {
        left.delete(part);
        this.#compareMembers(part, shape, at, open);
      }
    }
    if (left.size > 0) this.differences.push(`${path}: ${left.size} alternatives too many`);
    this.#compareTags(parts, entry, path);
  }

  #compareMembers(part: ts.Type, shape: Shape, path: string, open: boolean): void {
    const properties = this.#checker
      .getPropertiesOfType(part)
      // The symbol index of `Empty` shows as no property; what is left are names.
      .filter((property) => !property.name.startsWith('__@'));
    this.#equal(
      properties.map((property) => property.name + (isOptional(property) ? '?' : '')),
      shape.members.map((member) => member.name + ('default' in member ? '?' : '')),
      `${path}: members`,
    );
    const isOpen = this.#checker.getIndexInfosOfType(part).some((info) => kindOf(info.keyType) === 'string');
    if (isOpen !== open) this.differences.push(`${path}: takes ${open ? 'no ' : ''}further members`);
    if (shape.members.length === 0 && part.symbol.name !== 'Empty')
      this.differences.push(`${path}: ${part.symbol.name} in place of Empty`);
    for (const member of shape.members) {
      const property = properties.find((candidate) => candidate.name === member.name);
      if (property === undefined || shape.tags.has(member.name)) continue;
      const type = this.#checker.getTypeOfSymbol(property);
      const parts = (type.isUnion() ? type.types : [type]).filter((t) => kindOf(t) !== 'undefined');
      this.#compare(parts, member.type, `${path}.${member.name}`);
    }
  }

  /** Together the parts have just the cases that there are. */
  #compareTags(parts: readonly ts.Type[], { tag, variants = [] }: Entry, path: string): void {
    if (tag === undefined) return;
    const got = new Set(parts.flatMap((part) => this.#tagValues(part, tag)));
    this.#equal(
      [...got],
      variants.map((variant) => variant.case),
      `${path}: values of the tag`,
    );
  }

  #shapes(entry: Entry): Shape[] {
    const members = entry.members ?? [];
    const { tag } = entry;
    if (tag === undefined) return [{ tags: new Map(), members }];
    return (entry.variants ?? []).flatMap((variant) => {
      const type = this.#types.get(variant.type);
      return (type === undefined ? [] : this.#shapes(type)).map((shape) => ({
        tags: new Map([[tag, variant.case], ...shape.tags]),
        members: [...members, ...shape.members],
      }));
    });
  }

  #tagValues(part: ts.Type, tag: string): string[] {
    const property = part.getProperty(tag);
    if (property === undefined) return [];
    const type = this.#checker.getTypeOfSymbol(property);
    return literals(type.isUnion() ? type.types : [type]);
  }

  #member(type: ts.Type, name: string): ts.Type {
    const property = type.getProperty(name);
    if (property === undefined) throw new Error(`The generated type has no ${name}`);
    return this.#checker.getTypeOfSymbol(property);
  }

  #equal(got: readonly string[], expected: readonly string[], path: string): void {
    const [a, b] = [got, expected].map((list) => list.toSorted().join(' '));
    if (a !== b) this.differences.push(`${path}: [${a}] in place of [${b}]`);
  }
}

function isOptional(property: ts.Symbol): boolean {
  return (property.flags & ts.SymbolFlags.Optional) !== 0;
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return 'target' in type;
}

function kindOf(type: ts.Type): string {
  const { flags } = type;
  if (flags & ts.TypeFlags.StringLike) return 'string';
  if (flags & ts.TypeFlags.NumberLike) return 'number';
  if (flags & ts.TypeFlags.BigIntLike) return 'bigint';
  if (flags & ts.TypeFlags.BooleanLike) return 'boolean';
  if (flags & ts.TypeFlags.Null) return 'null';
  if (flags & ts.TypeFlags.Undefined) return 'undefined';
  if (flags & ts.TypeFlags.Unknown) return 'unknown';
  return flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection) ? 'object' : `flags ${flags}`;
}

function jsonKinds(entry: Entry | undefined): string[] {
  if (entry?.['json-type'] === 'int') return ['number', 'bigint'];
  if (entry?.['meta-type'] === 'enum') return ['string'];
  return [entry?.['json-type'] ?? entry?.['meta-type'] ?? ''];
}

function literals(types: readonly ts.Type[]): string[] {
  return types.map((type) => (type.isStringLiteral() ? type.value : `(${kindOf(type)})`));
}

function names(entry: Entry): string[] {
  return (entry.members ?? []).map((member) => member.name);
}
