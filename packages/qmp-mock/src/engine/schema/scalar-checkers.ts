import { QFloat, type QValue } from '../json/value.ts';
import type { ArgumentPath } from './argument-path.ts';
import { refusal } from './refusal.ts';
import type { IntegerWidth } from './schema.ts';

/** A function that checks one value. It gives QEMU's refusal, or `undefined` if the value is valid. */
export type Checker = (value: QValue, path: ArgumentPath) => string | undefined;

export const checkString: Checker = (value, path) =>
  typeof value === 'string' ? undefined : refusal.type(path.full(), 'string');

export const checkBoolean: Checker = (value, path) =>
  typeof value === 'boolean' ? undefined : refusal.type(path.full(), 'boolean');

export const checkNumber: Checker = (value, path) =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof QFloat
    ? undefined
    : refusal.type(path.full(), 'number');

export const checkNull: Checker = (value, path) =>
  value === null ? undefined : refusal.type(path.full(), 'null');

export const checkAnything: Checker = () => undefined;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** QEMU's names of the narrow integers, and their ranges. */
const narrow = {
  int8: { name: 'int8_t', min: -(2 ** 7), max: 2 ** 7 - 1 },
  int16: { name: 'int16_t', min: -(2 ** 15), max: 2 ** 15 - 1 },
  int32: { name: 'int32_t', min: -(2 ** 31), max: 2 ** 31 - 1 },
  uint8: { name: 'uint8_t', min: 0, max: 2 ** 8 - 1 },
  uint16: { name: 'uint16_t', min: 0, max: 2 ** 16 - 1 },
  uint32: { name: 'uint32_t', min: 0, max: 2 ** 32 - 1 },
} as const;

const checkInt64: Checker = (value, path) => {
  // Floating point is never an integer, not even 1.0.
  if (typeof value === 'number') return undefined;
  if (typeof value === 'bigint' && value >= INT64_MIN && value <= INT64_MAX) return undefined;
  return refusal.type(path.full(), 'integer');
};

const checkUint64: Checker = (value, path) => {
  // Negative ones are taken and wrap around, as they do in C.
  if (typeof value === 'number') return undefined;
  if (typeof value === 'bigint' && value >= INT64_MIN && value <= UINT64_MAX) return undefined;
  return refusal.expects(path.full(), 'uint64');
};

/** The checker of integers of a width. */
export function integerChecker(width: IntegerWidth): Checker {
  if (width === 'int64') return checkInt64;
  if (width === 'uint64') return checkUint64;
  const { name, min, max } = narrow[width];
  const wide = width.startsWith('u') ? checkUint64 : checkInt64;
  return (value, path) => {
    const refused = wide(value, path);
    if (refused !== undefined) return refused;
    const fits = (typeof value === 'number' || typeof value === 'bigint') && value >= min && value <= max;
    return fits ? undefined : refusal.expects(path.last(), name);
  };
}

/** Checkers of scalars in one way of writing them, and the refusal of a member that isn't one. */
export interface Scalars {
  readonly string: Checker;
  readonly boolean: Checker;
  readonly number: Checker;
  readonly null: Checker;
  readonly integer: (width: IntegerWidth) => Checker;
  readonly unexpected: (path: string) => string;
}

/** Scalars of JSON. */
export const JSON_SCALARS: Scalars = {
  string: checkString,
  boolean: checkBoolean,
  number: checkNumber,
  null: checkNull,
  integer: integerChecker,
  unexpected: refusal.unexpected,
};

/** The checker of strings from a list, some of which a policy may forbid. */
export function enumChecker(
  values: readonly string[],
  forbiddenValues: ReadonlyMap<string, 'Deprecated' | 'Unstable'>,
): Checker {
  const known = new Set(values);
  return (value, path) => {
    if (typeof value !== 'string') return refusal.type(path.full(), 'string');
    if (!known.has(value)) return refusal.value(path.last(), value);
    const word = forbiddenValues.get(value);
    return word && refusal.policy(word, 'value', value);
  };
}
