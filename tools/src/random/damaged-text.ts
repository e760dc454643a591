/** Random and damaged texts out of good ones. */
import * as fc from 'fast-check';

/** Names that are members of every object, numbers at the edges, brackets, and values that aren't text. */
const PIECES = [
  ...Array.from('{}[]:,"\'\\-+.=eE0189 \t\n\r/@#%_;|'),
  ...['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '"__proto__":{"x":1}'],
  ...['"id":', '"a":1', 'true', 'null', '\\u0000', '\\ud800', '[[[[', ']]]]', '{"a":{"b":'],
  ...['1e999', '-0', '9007199254740993', '18446744073709551616', '99999999999999999999999', '0x10'],
  ...['on', 'off', 'no', ',,', '\u0000', 'é', '€', '😀', '\ufeff', '\u2028'],
];

const piece = fc.constantFrom(...PIECES);
const letter = fc.oneof({ weight: 9, arbitrary: fc.nat(127) }, { weight: 1, arbitrary: fc.nat(0x2fff) });
const change = fc.tuple(
  fc.nat(0xffff),
  fc.oneof(
    piece.map((insert) => ({ insert })),
    fc.integer({ min: 1, max: 5 }).map((remove) => ({ remove })),
    fc.nat(11).map((double) => ({ double })),
    piece.map((insert) => ({ insert, remove: 1 })),
    letter.map((code) => ({ insert: String.fromCharCode(code), remove: 1 })),
  ),
);

/** A text with one to six changes: something put in, taken out, doubled, or overwritten. */
export function damaged(good: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(good, fc.array(change, { minLength: 1, maxLength: 6 })).map(([text, changes]) =>
    changes.reduce((now, [where, { insert = '', remove = 0, double = 0 }]: Change) => {
      const at = where % (now.length + 1);
      return now.slice(0, at) + insert + now.slice(at, at + double) + now.slice(at + remove);
    }, text),
  );
}

type Change = [number, { insert?: string; remove?: number; double?: number }];

/** A good text as it is, damaged, or a heap of pieces. */
export function textLike(seeds: readonly string[]): fc.Arbitrary<string> {
  const good = fc.constantFrom(...seeds);
  return fc.oneof(
    { weight: 1, arbitrary: good },
    { weight: 7, arbitrary: damaged(good) },
    { weight: 2, arbitrary: fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')) },
  );
}
