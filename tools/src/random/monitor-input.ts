/** Random and damaged input for a monitor, as bytes. */
import * as fc from 'fast-check';
import { damagedBytes, heap } from './damaged.ts';

/** Good requests, and requests that are refused. */
const REQUESTS: readonly Uint8Array[] = [
  '{"execute": "query-name", "id": 1}',
  '{"execute": "query-name", "id": {"a": [1, 2.5, true, null, "x\\u00e9\\n"], "b": {}}}',
  "{'execute': 'nosuch', 'id': 'q'}",
  '{"execute": "query-uuid", "arguments": {"foo": 1, "bar": [{}], "zoo": null, "a-b": "c"}, "id": []}',
  '[1, -2, 0.5, 1e10, "a\\ud83d\\ude00b"]',
  '{"a": {"b": [{"c": "d"}]}, "execute": 5}',
  '{"id": "é€😀", "execute": "query-kvm"}',
  '{"exec-oob": "migrate-pause"}',
  '{"exec-oob": "migrate-pause", "id": "oob"}',
  '{"exec-oob": "query-name"}',
  '{"exec-oob": [], "id": 3}',
  '{"execute": "query-block", "foo": 1, "zip": 2, "id": -9223372036854775809}',
  '{"execute": "query-name", "exec-oob": "migrate-pause", "id": 2}',
  '{"execute": "qmp_capabilities"}',
  '{"execute": "qmp_capabilities", "arguments": {"enable": ["oob", "nope"]}}',
  '{"execute": "qmp_capabilities", "arguments": {"enabled": [], "other": 1}}',
  'true false null 12 "s" [] {}',
  '{"execute": "query-name"\n,"arguments":\n{}}',
  '[[[[{"x": [[]]}]]]]',
].map((text) => Buffer.from(text));

const name = fc.string({ unit: fc.constantFrom(...'abcmz-_019XY.:é€😀'), minLength: 1, maxLength: 9 });

/** Numbers as text: doubles with random bits, and the shapes where printing is delicate. */
const numberText: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: -500, max: 500 }).map(String),
  fc.bigInt(-(2n ** 64n), 2n ** 64n).map(String),
  // Half-way between two decimals of 17 digits.
  fc
    .tuple(
      fc.integer({ min: 47, max: 50 }),
      fc.nat(999),
      fc.constantFrom('25', '75', '125', '375', '5', '0625'),
    )
    .map(([bits, more, fraction]) => `${2 ** bits + more}.${fraction}`),
  fc
    .tuple(fc.nat(1e9), fc.nat(1e9), fc.integer({ min: -20, max: 19 }))
    .map(([whole, fraction, exponent]) => `${whole}.${fraction}e${exponent}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

/** A JSON value as text. */
const valueText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom('null', 'true', 'false'),
    numberText,
    name.map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 10, selector: ([key]) => key })
      .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(',')}}`),
  ),
})).value;

/** It, or in most cases nothing. */
const sometimes = <T>(percent: number, what: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { weight: 100 - percent, arbitrary: fc.constant(undefined) },
    { weight: percent, arbitrary: what },
  );

/** A request with a random id, random arguments, or surplus members, in any order. */
const request: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom('query-name', 'query-uuid', 'nosuch', 'query-kvm'),
    sometimes(80, valueText),
    sometimes(20, valueText),
    sometimes(
      10,
      fc.tuple(name, valueText).map(([key, value]) => `${JSON.stringify(key)}: ${value}`),
    ),
    fc.boolean(),
  )
  .map(([execute, id, args, surplus, backwards]) => {
    const members = [
      `"execute": "${execute}"`,
      id && `"id": ${id}`,
      args && `"arguments": ${args}`,
      surplus,
    ].filter(Boolean);
    return Buffer.from(`{${(backwards ? members.toReversed() : members).join(', ')}}`);
  });

/** One input: a few requests, or a few pieces, most of the time damaged. */
export const monitorInput: fc.Arbitrary<Uint8Array> = damagedBytes(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(fc.constantFrom(...REQUESTS), { minLength: 1, maxLength: 2 })
        .map((all) => Buffer.concat(all)),
    },
    { weight: 2, arbitrary: request },
    { weight: 2, arbitrary: heap },
  ),
  { minLength: 0 },
);
