import type { QDict } from '../json/value.ts';
import { ArgumentPath } from './argument-path.ts';
import { Compiler } from './compile.ts';
import { refusal } from './refusal.ts';
import { checkString, integerChecker, type Checker, type Scalars } from './scalar-checkers.ts';
import type { IntegerWidth, Schema } from './schema.ts';

const BOOLEANS = new Set(['on', 'off', 'yes', 'no', 'true', 'false', 'y', 'n']);
const INTEGER = /^\s*[-+]?(?:0[xX][\da-fA-F]+|\d+)$/;
const SIZE = /^(?:0[xX][\da-fA-F]+|\d+(?:\.\d*)?)[BKMGTPEbkmgtpe]?$/;
/** Members that are sizes; the schema tells them from other numbers as little as JSON does. */
const SIZES = /(^|-)(size|align|offset|bytes|mem|sndbuf|length)$/;

function integers(words: Readonly<Record<'integer' | 'number' | 'size', string>>): Scalars['integer'] {
  return (width: IntegerWidth): Checker => {
    const check = integerChecker(width);
    return (value, path) => {
      if (typeof value !== 'string') return refusal.type(path.full(), 'string');
      const isSize = width === 'uint64' && SIZES.test(path.last());
      if (isSize) return SIZE.test(value) ? undefined : refusal.expects(path.full(), words.size);
      const word = width.startsWith('u') ? words.number : words.integer;
      if (!INTEGER.test(value)) return refusal.expects(path.full(), word);
      const text = value.trim().replace('+', '');
      const number = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
      return check(Number.isSafeInteger(Number(number)) ? Number(number) : number, path);
    };
  };
}

const TEXT: Omit<Scalars, 'integer' | 'unexpected'> = {
  string: checkString,
  boolean: (value, path) =>
    typeof value === 'string' && BOOLEANS.has(value)
      ? undefined
      : refusal.expects(path.full(), "'on' or 'off'"),
  number: (value, path) =>
    typeof value === 'string' && value !== '' && Number.isFinite(Number(value))
      ? undefined
      : refusal.expects(path.full(), 'number'),
  null: (value, path) => (value === '' ? undefined : refusal.type(path.full(), 'null')),
};

/** Scalars of both forms of an option's argument, as two visitors of QEMU's read them. */
const FORMS: Readonly<Record<'keyval' | 'opts', Scalars>> = {
  keyval: {
    ...TEXT,
    integer: integers({ integer: 'integer', number: 'integer', size: 'size' }),
    unexpected: refusal.unexpected,
  },
  opts: {
    ...TEXT,
    integer: integers({ integer: 'an int64 value', number: 'a uint64 value', size: 'a size value' }),
    unexpected: (path) => `Invalid parameter '${path}'`,
  },
};

const compilers = new WeakMap<Schema, Map<string, Compiler>>();

/**
 * QEMU's refusal of an option's argument, of which all values are text, or `undefined` if the schema allows
 * it. Source: QEMU's `qapi/qobject-input-visitor.c` (`keyval`) and `qapi/opts-visitor.c` (`opts`), checked
 * against running QEMUs.
 *
 * @param type - Type of the schema that the argument is of.
 * @param dict - The argument, taken apart.
 * @param form - The visitor that reads it.
 */
export function checkOptions(
  schema: Schema,
  type: string,
  dict: QDict,
  form: 'keyval' | 'opts',
): string | undefined {
  let ofSchema = compilers.get(schema);
  if (ofSchema === undefined) compilers.set(schema, (ofSchema = new Map<string, Compiler>()));
  let compiler = ofSchema.get(form);
  if (compiler === undefined) ofSchema.set(form, (compiler = new Compiler(schema, {}, FORMS[form])));
  return compiler.shape(type).check(dict, new ArgumentPath());
}
