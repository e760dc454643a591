/**
 * The entries of `query-qmp-schema`, as QEMU's `qapi/introspect.json` defines them. Types have meaningless
 * names there ("42"); commands, events and members have their own.
 */
export type SchemaEntry =
  | BuiltinEntry
  | EnumEntry
  | ArrayEntry
  | ObjectEntry
  | AlternateEntry
  | CommandEntry
  | EventEntry;

/** A type of any kind. */
export type TypeEntry = BuiltinEntry | EnumEntry | ArrayEntry | ObjectEntry | AlternateEntry;

interface Entry {
  readonly name: string;
  /** `deprecated`, `unstable`, and names of things that a client can look for. */
  readonly features?: readonly string[];
}

/** A type that JSON itself has; `int` stands for integers of every width. */
export interface BuiltinEntry extends Entry {
  readonly 'meta-type': 'builtin';
  readonly 'json-type': 'string' | 'number' | 'int' | 'boolean' | 'null' | 'object' | 'array' | 'value';
}

/** A string from a list. */
export interface EnumEntry extends Entry {
  readonly 'meta-type': 'enum';
  readonly values: readonly string[];
  readonly members?: readonly { readonly name: string; readonly features?: readonly string[] }[];
}

/** A list. */
export interface ArrayEntry extends Entry {
  readonly 'meta-type': 'array';
  readonly 'element-type': string;
}

/** An object. With `tag` it is a union: the value of that member chooses a variant with further members. */
export interface ObjectEntry extends Entry {
  readonly 'meta-type': 'object';
  readonly members: readonly ObjectMember[];
  readonly tag?: string;
  readonly variants?: readonly { readonly case: string; readonly type: string }[];
}

/** A member of an object; optional if it has a `default` (which is `null`, whatever the real one is). */
export interface ObjectMember extends Entry {
  readonly type: string;
  readonly default?: unknown;
}

/** One of several types, told apart by the type of the JSON value. */
export interface AlternateEntry extends Entry {
  readonly 'meta-type': 'alternate';
  readonly members: readonly { readonly type: string }[];
}

/** A command. */
export interface CommandEntry extends Entry {
  readonly 'meta-type': 'command';
  readonly 'arg-type': string;
  readonly 'ret-type': string;
  readonly 'allow-oob'?: boolean;
}

/** An event. */
export interface EventEntry extends Entry {
  readonly 'meta-type': 'event';
  readonly 'arg-type': string;
}
