import type {
  Introspection,
  SchemaCommand,
  SchemaEvent,
  SchemaMember,
  SchemaType,
} from '../qapi-gen/introspection.ts';

/** Commands of a monitor and what they take, as it tells them itself. */
export class CommandSchema {
  readonly #introspection: Introspection;
  readonly #commands: ReadonlyMap<string, SchemaCommand>;
  readonly #events: ReadonlyMap<string, SchemaEvent>;

  constructor(introspection: Introspection) {
    this.#introspection = introspection;
    this.#commands = new Map(introspection.commands.map((command) => [command.name, command]));
    this.#events = new Map(introspection.events.map((event) => [event.name, event]));
  }

  /** Names of all commands. */
  get names(): readonly string[] {
    return [...this.#commands.keys()];
  }

  command(name: string): SchemaCommand | undefined {
    return this.#commands.get(name);
  }

  event(name: string): SchemaEvent | undefined {
    return this.#events.get(name);
  }

  type(name: string): SchemaType {
    return this.#introspection.type(name);
  }

  /**
   * Members of an object type.
   *
   * @param tagValue - Gives the value of the type's tag, if that is known: it decides about further members.
   */
  membersOf(type: SchemaType, tagValue: (tag: string) => string | undefined): readonly SchemaMember[] {
    if (type.kind !== 'object') return [];
    const value = type.tag === undefined ? undefined : tagValue(type.tag);
    const variant = type.variants.find((candidate) => candidate.case === value);
    if (variant === undefined) return type.members;
    return [...type.members, ...this.membersOf(this.type(variant.type), tagValue)];
  }

  /**
   * Finds the type of an argument by its path, such as `['file', 'driver']`; `undefined` if it isn't known.
   *
   * @param valueAt - Gives the text that another argument has, by its path with dots.
   */
  typeAt(
    command: string,
    path: readonly string[],
    valueAt: (path: string) => string | undefined,
  ): SchemaType | undefined {
    const found = this.#commands.get(command);
    let type = found === undefined ? undefined : this.type(found.arguments);
    for (const [index, key] of path.entries()) {
      if (type === undefined) return undefined;
      const parent = path.slice(0, index);
      type = this.#step(type, key, (tag) => valueAt([...parent, tag].join('.')));
    }
    return type;
  }

  #step(
    type: SchemaType,
    key: string,
    tagValue: (tag: string) => string | undefined,
  ): SchemaType | undefined {
    switch (type.kind) {
      case 'object': {
        const member = this.membersOf(type, tagValue).find(({ name }) => name === key);
        return member === undefined ? undefined : this.type(member.type);
      }
      case 'array':
        return /^\d{1,9}$/.test(key) ? this.type(type.element) : undefined;
      case 'alternate': {
        const object = type.types.map((name) => this.type(name)).find(({ kind }) => kind === 'object');
        return object === undefined ? undefined : this.#step(object, key, tagValue);
      }
      default:
        return undefined;
    }
  }
}
