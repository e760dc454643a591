/** Random and damaged input for a monitor, as bytes. */
import * as fc from 'fast-check';
import { fewerItems } from '../lib/smallest.ts';

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

/** Parts of JSON, good and broken. */
const PIECES: readonly Uint8Array[] = [
  ...[
    ...Array.from('{}[]:,"\'\\-.eE+019 \t\n\r/%T_'),
    '\\u',
    '\\ud800',
    '\\udc00',
    '\\uFFFE',
    '\\u0000',
    '\\u12',
    '00',
    '0e1',
    '-0',
    '1e5',
    '1.5',
    'true',
    'null',
    'nul',
    '%s',
    '"a":1',
    '"id":',
    '"execute":',
    '"x"',
    '18446744073709551615',
    '18446744073709551616',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
    '1e999',
    '-1e-999',
    '123456789012345',
    '1234567890123456',
    '"\\b\\f\\/"',
    'abc',
    'a1',
    '{"a":[}',
    '{]',
    '\u00e9',
    '\u20ac',
    '\u{1f600}',
  ].map((text) => Buffer.from(text)),
  ...[
    [0x00],
    [0x01],
    [0x1f],
    [0x7f],
    [0x80],
    [0xbf],
    [0xc0, 0x80],
    [0xc1, 0x81],
    [0xc2],
    [0xe2, 0x82],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xef, 0xb7, 0x90],
    [0xef, 0xbf, 0xbe],
    [0xef, 0xbf, 0xbf],
    [0xef, 0xbb, 0xbf],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xfc],
    [0xfd],
    [0xfe],
    [0xff],
  ].map((bytes) => Buffer.from(bytes)),
];

const piece = fc.constantFrom(...PIECES);
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

/** A place in bytes or in a text, whatever their length. */
const place = fc.nat(0xffff);

/** One thing that is done to bytes. */
type Change = (bytes: Uint8Array) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);

/** Something put in, taken out, overwritten or doubled. */
const change: fc.Arbitrary<Change> = fc
  .oneof(
    { weight: 9, arbitrary: fc.tuple(place, fc.constant(0), piece) },
    { weight: 3, arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 4 }), fc.constant(new Uint8Array())) },
    {
      weight: 4,
      arbitrary: fc.tuple(
        place,
        fc.nat(1),
        fc.nat(255).map((byte) => Uint8Array.of(byte)),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(place, fc.constant(0), fc.tuple(place, fc.integer({ min: 1, max: 8 }))),
    },
  )
  .map(([where, remove, what]): Change => (bytes) => {
    const at = where % (bytes.length + 1);
    if (what instanceof Uint8Array) return splice(bytes, at, remove, what);
    const [from, length] = what;
    const begin = from % (bytes.length + 1);
    return splice(bytes, at, remove, bytes.subarray(begin, begin + length));
  });

/** One input: a few requests, or a few pieces, most of the time damaged. */
export const monitorInput: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.array(fc.constantFrom(...REQUESTS), { minLength: 1, maxLength: 2 }) },
      { weight: 2, arbitrary: request.map((bytes) => [bytes]) },
      { weight: 2, arbitrary: fc.array(piece, { minLength: 1, maxLength: 12 }) },
    ),
    fc.array(change, { maxLength: 5 }),
  )
  .map(([parts, changes]) => changes.reduce<Uint8Array>((bytes, make) => make(bytes), Buffer.concat(parts)));

/** Bytes that are shrunk by leaving some out, but not by making others of them. */
export const fewerBytes: fc.Arbitrary<Uint8Array> = fewerItems<number>().map(
  (bytes) => Uint8Array.from(bytes),
  (bytes) => (bytes instanceof Uint8Array ? [...bytes] : []),
);
