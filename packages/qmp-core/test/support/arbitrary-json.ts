import * as fc from 'fast-check';

/** Letters that JSON, UTF-8 and JavaScript treat each in their own way. */
const letter = fc.constantFrom(...'a0 {}[]",:\\/\n\t\0\u007fé\u2028€\uffff😀');

/** Short texts of difficult letters, and the keys that JavaScript objects trip over. */
export const jsonText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: letter, maxLength: 8 }),
  fc.constantFrom('__proto__', 'constructor', 'toJSON', '0', '1', 'length'),
);

/** Numbers as JSON may hold them, without the wide integers that JavaScript would round. */
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e15, min: -1e15 }),
  fc.constantFrom(-0, 1e21, 5e-324, Number.MAX_VALUE, 0.1),
);

/** Any JSON value that `JSON.parse` gives back exactly. */
export const jsonValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    number,
    jsonText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(jsonText, tie('value'), { maxKeys: 4 }),
  ),
})).value;
