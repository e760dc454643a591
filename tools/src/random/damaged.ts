/** Random and damaged input out of good: bytes, and texts by their bytes. */
import * as fc from 'fast-check';
import { fewerItems } from '../lib/smallest.ts';

/**
 * Parts of JSON and of command lines, good and broken; names that are members of every object; edges of
 * numbers.
 */
const TEXTS = [
  ...Array.from('{}[]:,"\'\\-+.=eE0189 \t\n\r/@#%_;|'),
  ...['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '"__proto__":{"x":1}'],
  ...['"execute":', '"id":', '"a":1', '"x"', 'abc', 'a1', '[[[[', ']]]]', '{"a":{"b":', '{"a":[}', '{]'],
  ...['true', 'null', 'nul', 'on', 'off', 'no', ',,', '%s', '"\\b\\f\\/"'],
  ...['\\u', '\\u12', '\\u0000', '\\ud800', '\\udc00', '\\uFFFE'],
  ...['00', '0e1', '-0', '1e5', '1.5', '0x10', '1e999', '-1e-999', '123456789012345', '1234567890123456'],
  ...['9007199254740993', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
  ...['18446744073709551615', '18446744073709551616', '99999999999999999999999'],
  ...['\u0000', 'é', '€', '😀', '\ufeff', '\u2028'],
];
/** Bytes that aren't text, or aren't text everywhere. */
const BYTES = `00 01 1f 7f 80 bf c080 c181 c2 e282 e08080 eda080 efb790 efbfbe efbfbf efbbbf
  f08fbfbf f4908080 f888808080 fc fd fe ff`.split(/\s+/);

/** A piece that is put in. */
const piece: fc.Arbitrary<Uint8Array> = fc.constantFrom(
  ...TEXTS.map((text) => Buffer.from(text)),
  ...BYTES.map((hex) => Buffer.from(hex, 'hex')),
);

/** A heap of pieces. */
export const heap: fc.Arbitrary<Uint8Array> = fc
  .array(piece, { maxLength: 12 })
  .map((all) => Buffer.concat(all));

/** A place in bytes, whatever their length. */
const place = fc.nat(0xffff);
/** One thing that is done to bytes. */
type Change = readonly [
  at: number,
  remove: number,
  insert: Uint8Array | readonly [from: number, length: number],
];

/** Something put in, taken out, overwritten or doubled. */
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(place, fc.nat(1), piece) },
  { weight: 3, arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 5 }), fc.constant(new Uint8Array())) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      place,
      fc.nat(1),
      fc.nat(255).map((byte) => Uint8Array.of(byte)),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(place, fc.constant(0), fc.tuple(place, fc.integer({ min: 1, max: 11 }))) },
);

function changed(bytes: Uint8Array, [where, remove, what]: Change): Uint8Array {
  const within = (number: number): number => number % (bytes.length + 1);
  const at = within(where);
  const insert =
    what instanceof Uint8Array ? what : bytes.subarray(within(what[0]), within(what[0]) + what[1]);
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

/** Bytes with some changes. */
export function damagedBytes(
  good: fc.Arbitrary<Uint8Array>,
  { minLength = 1 }: { minLength?: number } = {},
): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(change, { minLength, maxLength: 6 });
  return fc.tuple(good, changes).map(([bytes, all]) => all.reduce(changed, bytes));
}

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** A text with some changes. */
export function damaged(good: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return damagedBytes(good.map((text) => Buffer.from(text))).map(toText);
}

/** A good text as it is, damaged, or a heap of pieces. */
export function textLike(seeds: readonly string[]): fc.Arbitrary<string> {
  const good = fc.constantFrom(...seeds);
  return fc.oneof(
    { weight: 1, arbitrary: good },
    { weight: 7, arbitrary: damaged(good) },
    { weight: 2, arbitrary: heap.map(toText) },
  );
}

/** Bytes that are shrunk by leaving some out, but not by making others of them. */
export const fewerBytes: fc.Arbitrary<Uint8Array> = fewerItems<number>().map(
  (bytes) => Uint8Array.from(bytes),
  (bytes) => (bytes instanceof Uint8Array ? [...bytes] : []),
);
