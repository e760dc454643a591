import { parseJson } from 'qmp-core/wire';
import { fromPlain } from '../../engine/json/plain.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';

const ON: ReadonlySet<string> = new Set(['on', 'yes', 'true', 'y']);
const OFF: ReadonlySet<string> = new Set(['off', 'no', 'false', 'n']);

/**
 * The members that a network backend is given, as text, from whichever form they came in: `netdev_add`,
 * `-netdev` with JSON, `-netdev` with commas. Members of members have dots in their names.
 */
export class NetdevValues {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Those of `netdev_add`. */
  static ofArguments(args: QDict): NetdevValues {
    const values = new Map<string, string[]>();
    flatten(args, '', values);
    return new NetdevValues(values);
  }

  /** Those of an option: `user,id=n0,hostfwd=…`, or JSON. */
  static ofOption(argument: string): NetdevValues {
    if (argument.trimStart().startsWith('{')) {
      try {
        return NetdevValues.ofArguments(fromPlain(parseJson(argument)) as QDict);
      } catch {
        return new NetdevValues(new Map()); // It was refused before.
      }
    }
    const values = new Map<string, string[]>();
    for (const [index, part] of argument.replaceAll(',,', '\0').split(',').entries()) {
      const text = part.replaceAll('\0', ',');
      const at = text.indexOf('=');
      if (at >= 0) add(values, text.slice(0, at), text.slice(at + 1));
      else if (index === 0) add(values, 'type', text);
      else if (text !== '') add(values, text.replace(/^no/, ''), text.startsWith('no') ? 'off' : 'on');
    }
    return new NetdevValues(values);
  }

  /** Its kind, for example `user`. */
  get type(): string {
    return this.get('type') ?? '';
  }

  get id(): string | undefined {
    return this.get('id');
  }

  /** Names of what was given. */
  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** The last value of a member. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values of a member that may be given again and again. */
  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The names among these that were given. */
  given(...names: readonly string[]): readonly string[] {
    return names.filter((name) => this.#values.has(name));
  }

  /** Whether one of these was given. */
  has(...names: readonly string[]): boolean {
    return this.given(...names).length > 0;
  }

  isOn(name: string): boolean {
    return ON.has(this.get(name) ?? '');
  }

  isOff(name: string): boolean {
    return OFF.has(this.get(name) ?? '');
  }

  /** The same without some members. */
  without(names: readonly string[]): NetdevValues {
    return new NetdevValues(new Map([...this.#values].filter(([name]) => !names.includes(name))));
  }
}

function add(values: Map<string, string[]>, name: string, value: string): void {
  values.set(name, [...(values.get(name) ?? []), value]);
}

function flatten(value: QValue, path: string, into: Map<string, string[]>): void {
  if (value === null) return;
  if (value instanceof QDict) {
    for (const [name, member] of value) flatten(member, path === '' ? name : `${path}.${name}`, into);
  } else if (Array.isArray(value)) {
    // Lists are of `{ str: … }`.
    for (const item of value) flatten(item instanceof QDict ? (item.get('str') ?? '') : item, path, into);
  } else if (typeof value === 'boolean') {
    add(into, path, value ? 'on' : 'off');
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    add(into, path, String(value));
  }
}
