import { isIdentifier } from '../../machine/identifier.ts';
import { parseSize } from '../../machine/setup/size.ts';
import { StartError } from './start-error.ts';

export { parseSize };

/** Types of parameters, as `query-command-line-options` names them. */
export type ParameterType = 'string' | 'boolean' | 'number' | 'size';

/** Parameters that an option's argument may have. */
export interface OptionGroup {
  /** Parameters by name, or `undefined` if any name is taken. */
  readonly parameters: Readonly<Record<string, ParameterType>> | undefined;
  /** Parameter that a first value without a name is for. */
  readonly implied?: string | undefined;
  /** Whether `flag` for `flag=on` is warned about. */
  readonly warnsOfFlags?: boolean | undefined;
  /** Whether an `id` is passed over, because the options have one already. */
  readonly ignoresId?: boolean | undefined;
  /**
   * Whether there is only ever one of the option, however often it is given (`merge_lists`): it has no `id`.
   */
  readonly merges?: boolean | undefined;
}

/** The argument of an option, taken apart: the last value of a name counts. */
export class QemuOpts {
  /** The option's `id`, if it has one. */
  readonly id: string | undefined;
  readonly #values: ReadonlyMap<string, string>;

  constructor(id: string | undefined, values: ReadonlyMap<string, string>) {
    this.id = id;
    this.#values = values;
  }

  /** Value of a parameter. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Whether it was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Value of a boolean parameter. */
  bool(name: string, fallback: boolean): boolean {
    const value = this.#values.get(name);
    return value === undefined ? fallback : (parseBoolean(value) ?? fallback);
  }

  /** Reads an option as a number, or gives `undefined` if it was left out. */
  number(name: string): number | undefined {
    const value = this.#values.get(name);
    return value === undefined ? undefined : Number(value);
  }

  /** Names and values, in order. */
  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }
}

/** One piece of an argument. */
interface Piece {
  readonly name: string;
  readonly value: string;
  /** How it was written, if it was a bare word: `nowait`. */
  readonly flag: string | undefined;
}

/**
 * Takes an option's argument apart as QEMU does (`util/qemu-option.c`): `name=value` pairs with commas
 * between them, `,,` for a comma, a bare `flag` for `flag=on` and `noflag` for `flag=off`.
 *
 * @param warn - Told of what QEMU warns of.
 * @throws StartError with QEMU's text for an unknown parameter or a value of the wrong type.
 */
export function parseQemuOpts(
  text: string,
  group: OptionGroup,
  warn: (message: string, hint?: string) => void = () => {},
): QemuOpts {
  const pieces = split(text, group.implied);
  // QEMU looks for the id first, and without regard to the parameter that needs no name.
  const found = split(text, undefined).find(({ name }) => name === 'id')?.value;
  const id = group.ignoresId === true ? undefined : found;
  if (id !== undefined && group.merges === true) throw new StartError("Invalid parameter 'id'");
  if (id !== undefined && !isIdentifier(id)) throw badIdentifier();
  const values = new Map<string, string>();
  for (const { name, value, flag } of pieces) {
    if (flag !== undefined && group.warnsOfFlags === true) {
      // `delay` is a name that is going, too.
      const advice = name === 'delay' ? `nodelay=${value === 'on' ? 'off' : 'on'}` : `${name}=${value}`;
      warn(`warning: short-form boolean option '${flag}' deprecated`, `Please use ${advice} instead`);
    }
    if (name === 'id') continue;
    if (group.parameters !== undefined) check(name, value, group.parameters);
    values.delete(name);
    values.set(name, value);
  }
  return new QemuOpts(id, values);
}

/** QEMU's refusal of an id. */
export function badIdentifier(): StartError {
  return new StartError("Parameter 'id' expects an identifier", {
    hint: ["Identifiers consist of letters, digits, '-', '.', '_', starting with a letter."],
  });
}

function split(text: string, implied: string | undefined): Piece[] {
  const pieces: Piece[] = [];
  let rest = text;
  while (rest !== '') {
    const bare = /^[^=,]*/.exec(rest)?.[0] ?? '';
    const next = rest[bare.length];
    if (next === '=') {
      const [value, after] = takeValue(rest.slice(bare.length + 1));
      pieces.push({ name: bare, value, flag: undefined });
      rest = after;
    } else if (pieces.length === 0 && implied !== undefined) {
      const [value, after] = takeValue(rest);
      pieces.push({ name: implied, value, flag: undefined });
      rest = after;
    } else {
      const off = bare.startsWith('no');
      pieces.push({ name: off ? bare.slice(2) : bare, value: off ? 'off' : 'on', flag: bare });
      rest = rest.slice(bare.length + 1);
    }
  }
  return pieces;
}

/** A value up to the next single comma, and what follows that. */
export function takeValue(text: string): [value: string, rest: string] {
  let value = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === ',') {
      if (text[at + 1] !== ',') return [value, text.slice(at + 1)];
      at += 1;
    }
    value += text[at];
  }
  return [value, ''];
}

function check(name: string, value: string, parameters: Readonly<Record<string, ParameterType>>): void {
  if (!Object.hasOwn(parameters, name)) throw new StartError(`Invalid parameter '${name}'`);
  switch (parameters[name]) {
    case 'boolean':
      if (parseBoolean(value) === undefined)
        throw new StartError(`Parameter '${name}' expects 'on' or 'off'`);
      return;
    case 'number':
      if (!/^\s*[-+]?(0[xX][\da-fA-F]+|\d+)$/.test(value))
        throw new StartError(`Parameter '${name}' expects a number`);
      return;
    case 'size':
      if ((parseSize(value) ?? 0) >= 2 ** 64)
        throw new StartError(`Value '${value}' is out of range for parameter '${name}'`);
      if (parseSize(value) === undefined) {
        throw new StartError(`Parameter '${name}' expects a non-negative number below 2^64`, {
          hint: [
            'Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-',
            'and exabytes, respectively.',
          ],
        });
      }
      return;
    default:
  }
}

/** Reads a boolean as QEMU does. */
export function parseBoolean(value: string): boolean | undefined {
  if (['on', 'yes', 'true', 'y'].includes(value)) return true;
  if (['off', 'no', 'false', 'n'].includes(value)) return false;
  return undefined;
}
