import { UsageFailure } from './context.ts';

/** Options of a command: a letter or a long name, and whether it takes a value. */
export type OptionTable = Readonly<Record<string, 'flag' | 'value'>>;

/** A command line that was read. */
export interface ParsedArguments {
  /** Whether a flag was given, or a value. */
  readonly has: (name: string) => boolean;
  /** Last value of an option. */
  readonly value: (name: string) => string | undefined;
  /** All values of an option, in their order. */
  readonly values: (name: string) => readonly string[];
  /** Options in the order in which they were given. */
  readonly order: readonly (readonly [name: string, value: string])[];
  /** Everything that isn't an option. */
  readonly operands: readonly string[];
}

/** Options that every command takes. */
const COMMON: OptionTable = { h: 'flag', help: 'flag', object: 'value', 'image-opts': 'flag' };

/**
 * Reads a command line in the way of GNU's `getopt_long`: options and operands mixed, letters joined, long
 * names abbreviated, `--` ends the options.
 *
 * @throws {@link UsageFailure} for an option that isn't in the table, or one without its value.
 */
export function parseArguments(args: readonly string[], own: OptionTable): ParsedArguments {
  const table: OptionTable = { ...COMMON, ...own };
  const order: (readonly [string, string])[] = [];
  const operands: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '--') {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    if (word.startsWith('--')) {
      const [, given = '', , inline] = /^--([^=]*)(=(.*))?$/s.exec(word) ?? [];
      const name = longName(table, given);
      if (name === undefined) throw new UsageFailure(`unrecognized option '${word}'`);
      if (table[name] === 'flag') {
        if (inline !== undefined) throw new UsageFailure(`unrecognized option '${word}'`);
        order.push([name, '']);
        continue;
      }
      const value = inline ?? args[(index += 1)];
      if (value === undefined) throw new UsageFailure(`missing argument for option '${word}'`);
      order.push([name, value]);
      continue;
    }
    for (let at = 1; at < word.length; at += 1) {
      const letter = word.charAt(at);
      const kind = Object.hasOwn(table, letter) ? table[letter] : undefined;
      if (kind === undefined) throw new UsageFailure(`unrecognized option '${word}'`);
      if (kind === 'flag') {
        order.push([letter, '']);
        continue;
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : args[(index += 1)];
      if (value === undefined) throw new UsageFailure(`missing argument for option '${word}'`);
      order.push([letter, value]);
      break;
    }
  }
  const values = (name: string): readonly string[] =>
    order.filter(([each]) => each === name).map(([, value]) => value);
  return {
    order,
    operands,
    values,
    value: (name) => values(name).at(-1),
    has: (name) => values(name).length > 0,
  };
}

function longName(table: OptionTable, given: string): string | undefined {
  const names = Object.keys(table).filter((name) => name.length > 1);
  if (names.includes(given)) return given;
  const matching = names.filter((name) => name.startsWith(given));
  return given !== '' && matching.length === 1 ? matching[0] : undefined;
}
