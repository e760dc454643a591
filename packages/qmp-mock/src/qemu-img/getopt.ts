import { ImageNotModelled } from '../machine/block/image/byte-file.ts';
import { ImgFailure, UsageFailure } from './context.ts';

/** Kind of an option: whether it takes a value, or the letter that a long name stands for. */
type OptionKind = 'flag' | 'value' | { readonly as: string };

/** Options of a command by their letter or long name. */
export type OptionTable = Readonly<Record<string, OptionKind>>;

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

/** How a command reads its line, beside its options. */
export interface ParseOptions {
  /** Called for each option when its turn comes: what it throws comes before faults further on. */
  readonly check?: ((name: string, value: string) => void) | undefined;
  /** Whether the command lets `getopt` itself say what is wrong, and prints its help then. Default: not. */
  readonly speaksItself?: boolean | undefined;
}

/** A command line that QEMU answers with a line of `getopt` and its help. */
export class HelpInstead extends ImgFailure {}

/** Options that every command takes. */
const COMMON: OptionTable = { h: 'flag', help: { as: 'h' }, object: 'value' };
/** Options of commands that open images. */
export const OPENING: OptionTable = { f: 'value', 'image-opts': 'flag' };
/** Options of commands that can open images which others write. */
export const SHARING: OptionTable = { ...OPENING, U: 'flag', 'force-share': { as: 'U' } };

/**
 * Reads a command line in the way of GNU's `getopt_long`: options and operands mixed, letters joined, long
 * names abbreviated, `--` ends the options.
 *
 * @param argv - The command's name, and what follows it.
 * @throws {@link UsageFailure} for an option that isn't in the table, or one without its value.
 */
export function parseArguments(
  argv: readonly string[],
  own: OptionTable,
  { check, speaksItself = false }: ParseOptions = {},
): ParsedArguments {
  const order: (readonly [string, string])[] = [];
  const operands = new Getopt(argv, { ...COMMON, ...own }, speaksItself).run((name, value) => {
    if (name === 'h') throw new HelpInstead('', 0);
    order.push([name, value]);
    check?.(name, value);
  });
  for (const name of ['object', 'image-opts']) {
    if (order.some(([each]) => each === name)) throw new ImageNotModelled(`--${name}`);
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

/** Gives the operand of a command that takes one image. */
export function oneImage(operands: readonly string[]): string {
  const [filename, ...more] = operands;
  if (filename === undefined || more.length > 0) throw new UsageFailure('Expecting one image file name');
  return filename;
}

/**
 * Moves operands behind the options, as GNU's `getopt_long` does while it reads: QEMU's messages name the
 * word before the next one to be read, which isn't always the one that is wrong.
 */
class Getopt {
  readonly #words: string[];
  readonly #table: OptionTable;
  readonly #speaksItself: boolean;
  /** The next word to be read. The first one is the command. */
  #at = 1;
  /** Operands that were passed over: from the first up to, and not including, the last. */
  #passed = { first: 1, end: 1 };

  constructor(argv: readonly string[], table: OptionTable, speaksItself: boolean) {
    this.#words = [...argv];
    this.#table = table;
    this.#speaksItself = speaksItself;
  }

  /** Hands on each option, and gives what isn't one. */
  run(take: (name: string, value: string) => void): string[] {
    for (let word = this.#next(); word !== undefined; word = this.#next()) {
      if (word.startsWith('--')) this.#long(word, take);
      else this.#letters(word, take);
    }
    return this.#words.slice(this.#passed.first);
  }

  /** Finds the next word that is an option. */
  #next(): string | undefined {
    this.#movePassed();
    while (this.#at < this.#words.length && !isOption(this.#words[this.#at] ?? '')) this.#at += 1;
    this.#passed.end = this.#at;
    const word = this.#words[this.#at];
    if (word === undefined) return undefined;
    if (word !== '--') return word;
    this.#at += 1;
    this.#movePassed();
    return undefined;
  }

  #movePassed(): void {
    const { first, end } = this.#passed;
    if (this.#at === end) return;
    const options = this.#words.splice(end, this.#at - end);
    this.#words.splice(first, 0, ...options);
    this.#passed = { first: first + options.length, end: this.#at };
  }

  #long(word: string, take: (name: string, value: string) => void): void {
    this.#at += 1;
    const [, given = '', , inline] = /^--([^=]*)(=(.*))?$/s.exec(word) ?? [];
    const long = this.#longName(given);
    const kind = this.#table[long];
    const name = typeof kind === 'object' ? kind.as : long;
    if (this.#table[name] === 'flag') {
      if (inline !== undefined) this.#unknown(`option '--${long}' doesn't allow an argument`);
      take(name, '');
      return;
    }
    if (inline === undefined && this.#at >= this.#words.length) {
      this.#missing(`option '${word}' requires an argument`);
    }
    take(name, inline ?? this.#words[this.#at++] ?? '');
  }

  #longName(given: string): string {
    const names = Object.keys(this.#table).filter((name) => name.length > 1);
    if (names.includes(given)) return given;
    const matching = names.filter((name) => name.startsWith(given));
    if (matching.length > 1) {
      const possible = matching.map((name) => ` '--${name}'`).join('');
      this.#unknown(`option '--${given}' is ambiguous; possibilities:${possible}`);
    }
    return matching[0] ?? this.#unknown(`unrecognized option '--${given}'`);
  }

  #letters(word: string, take: (name: string, value: string) => void): void {
    for (let at = 1; at < word.length; at += 1) {
      const letter = word.charAt(at);
      const isLast = at + 1 === word.length;
      if (isLast) this.#at += 1;
      const kind = Object.hasOwn(this.#table, letter) ? this.#table[letter] : undefined;
      if (kind === undefined) this.#unknown(`invalid option -- '${letter}'`);
      if (kind === 'flag') {
        take(letter, '');
        continue;
      }
      if (!isLast) {
        this.#at += 1;
        take(letter, word.slice(at + 1));
        return;
      }
      if (this.#at >= this.#words.length) this.#missing(`option requires an argument -- '${letter}'`);
      take(letter, this.#words[this.#at++] ?? '');
    }
  }

  #unknown(own: string): never {
    if (this.#speaksItself) throw new HelpInstead(`${this.#words[0]}: ${own}`, 0);
    throw new UsageFailure(`unrecognized option '${this.#words[this.#at - 1]}'`);
  }

  #missing(own: string): never {
    if (this.#speaksItself) throw new HelpInstead(`${this.#words[0]}: ${own}`, 0);
    throw new UsageFailure(`missing argument for option '${this.#words[this.#at - 1]}'`);
  }
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}
