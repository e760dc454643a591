import { Expression, ExpressionError } from './expression.ts';

/** Lines to print for a command that was mistyped. */
export class HmpUsageError extends Error {}

/** Units of sizes, each 1024 of the one before. */
const UNITS = 'BKMGTPE';

/** Kinds of parameters of the human monitor, with QEMU's word for a missing one. */
const EXPECTED = {
  string: 'string expected',
  device: 'block device name expected',
  file: 'filename expected',
  /** The rest of the line. */
  rest: 'string expected',
} as const;

/**
 * Kinds of parameters: words of some kind, an expression of 64 or 32 bits, a size in MiB or with a unit, `on`
 * or `off`.
 */
type Kind = keyof typeof EXPECTED | 'number' | 'integer' | 'size' | 'switch';

/** A parameter: its name, its kind, and whether it can be left out. */
export interface HmpParameter {
  readonly name: string;
  readonly kind: Kind;
  readonly optional: boolean;
}

/** Parameters of a command of the human monitor. */
export interface HmpSignature {
  /** Letters of its flags. */
  readonly flags: string;
  readonly parameters: readonly HmpParameter[];
}

/**
 * A signature, written as `-f device:device speed:number?`.
 */
export function signature(text: string): HmpSignature {
  let flags = '';
  const parameters: HmpParameter[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const [, name = '', kind = '', optional] = /^([\w-]+):(\w+)(\?)?$/.exec(word) ?? [];
    if (word.startsWith('-')) flags += word.slice(1);
    else parameters.push({ name, kind: kind as Kind, optional: optional !== undefined });
  }
  return { flags, parameters };
}

/** Arguments of a line, by parameter; flags by their letter. */
export type HmpArguments = ReadonlyMap<string, string | bigint | boolean>;

/**
 * Reads the arguments of a line as `monitor/hmp.c` does.
 *
 * @param names - The command with its aliases, as complaints name it.
 * @throws {@link HmpUsageError} with QEMU's words.
 */
export function readArguments(
  names: string,
  { flags, parameters }: HmpSignature,
  line: string,
): HmpArguments {
  const found = new Map<string, string | bigint | boolean>();
  let rest = line.trimStart();
  const flag = flags === '' ? /(?!)/ : /^-\S/;
  while (flag.test(rest)) {
    const letter = rest[1] ?? '';
    if (!flags.includes(letter)) throw new HmpUsageError(`${names}: unsupported option -${letter}`);
    found.set(letter, true);
    rest = rest.slice(2).trimStart();
  }
  for (const { name, kind, optional } of parameters) {
    if (rest === '' && optional) continue;
    if (kind === 'number' || kind === 'integer') {
      const expression = new Expression(rest);
      const value = evaluate(expression);
      if (kind === 'integer' && value >> 32n !== 0n) {
        const short = names.split('|')[0] ?? names;
        throw new HmpUsageError(`'${short}' has failed: integer is for 32-bit values`);
      }
      found.set(name, value);
      rest = expression.rest.trimStart();
    } else if (kind === 'size') {
      const [text, digits, unit = 'M'] = /^(\d{1,18})([BKMGTPE])?/i.exec(rest) ?? [];
      if (text === undefined || digits === undefined) throw new HmpUsageError('invalid size');
      found.set(name, BigInt(digits) * 1024n ** BigInt(UNITS.indexOf(unit.toUpperCase())));
      rest = rest.slice(text.length).trimStart();
    } else if (kind === 'switch') {
      const word = /^\S*/.exec(rest)?.[0] ?? '';
      if (word !== 'on' && word !== 'off') throw new HmpUsageError("Expected 'on' or 'off'");
      found.set(name, word === 'on');
      rest = rest.slice(word.length).trimStart();
    } else {
      const word = kind === 'rest' ? rest : (/^\S*/.exec(rest)?.[0] ?? '');
      if (word === '') throw new HmpUsageError(`${names}: ${EXPECTED[kind]}`);
      found.set(name, word);
      rest = rest.slice(word.length).trimStart();
    }
  }
  if (rest !== '') throw new HmpUsageError(`${names}: extraneous characters at the end of line`);
  return found;
}

function evaluate(expression: Expression): bigint {
  try {
    return expression.evaluate();
  } catch (error) {
    if (error instanceof ExpressionError) throw new HmpUsageError(error.message);
    throw error;
  }
}
