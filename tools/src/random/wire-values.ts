import * as fc from 'fast-check';
import { Float, type WireValue } from './wire-value.ts';

/** Both sides of every edge that an integer type has. */
export const EDGES: readonly bigint[] = [7, 8, 15, 16, 31, 32, 53, 63, 64].flatMap((bits) =>
  [-1n, 0n, 1n].flatMap((by) => [2n ** BigInt(bits) + by, -(2n ** BigInt(bits)) + by]),
);
const FLOATS = ['1.0', '0.5', '-0.0', '1e3', '1e400', '-1.5e-7', '18446744073709551616.0'];
/** Texts that are difficult for a parser, a printer or a format. */
const STRINGS = ['', 'x', '1', 'on', "it's", 'a"b\\c', 'é', '💻', '\0', 'null', 'a.b[0]', '%s%n', 'file'];
/** Names that JavaScript's objects have already. */
const INHERITED = ['__proto__', 'constructor', 'toJSON', 'toString', 'hasOwnProperty'];

/** One of many, each as likely. */
const oneOf = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);

/** Names of members. */
export const memberName: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: oneOf([...'abcyz-_019ß.é']), minLength: 1, maxLength: 12 }) },
  { weight: 1, arbitrary: oneOf(INHERITED) },
);

/** Texts. */
export const text: fc.Arbitrary<string> = oneOf(STRINGS);

/** Integers: small ones, and every edge. */
export const integer: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(-5n, 300n) },
  { weight: 1, arbitrary: oneOf(EDGES) },
);

/** Numbers that are written as floating point. */
export const float: fc.Arbitrary<Float> = oneOf(FLOATS).map((digits) => new Float(digits));

/** Any value, not deep. */
export const anyValue: fc.Arbitrary<WireValue> = fc.letrec<{ value: WireValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    integer,
    float,
    text,
    fc.array(tie('value'), { maxLength: 2 }),
    fc
      .uniqueArray(fc.tuple(memberName, tie('value')), { maxLength: 3, selector: ([name]) => name })
      .map((members): WireValue => new Map(members)),
  ),
})).value;
