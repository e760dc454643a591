import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText, jsonValue } from '../../test/support/arbitrary-json.ts';
import { parseJson, parseJsonExactly } from './parse-json.ts';
import { stringifyJson } from './stringify-json.ts';

/** Result of a parser for a text. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) };
  } catch {
    return 'not JSON';
  }
}

describe('parseJson', () => {
  test.each<[string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740991', -9007199254740991],
    ['-9007199254740993', -9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['-9223372036854775808', -9223372036854775808n],
    ['0000000000000000', SyntaxError],
    ['1.8446744073709552e+19', 1.8446744073709552e19],
    ['0.10000000000000001', 0.1],
    ['1234567890123456.5', 1234567890123456.5],
    ['12345678901234567890e2', Number('12345678901234567890e2')],
    ['"12345678901234567890"', '12345678901234567890'],
    [
      '[12345678901234567890, "\\u0041\\n", {"a": [true, false, null]}, {}, []]',
      [12345678901234567890n, 'A\n', { a: [true, false, null] }, {}, []],
    ],
    ['[12345678901234567890', SyntaxError],
    ['[12345678901234567890,]', SyntaxError],
    ['{"a": 12345678901234567890, }', SyntaxError],
    ['{"a" 12345678901234567890}', SyntaxError],
    ['{"a": 12345678901234567890} x', SyntaxError],
    ['["\n", 12345678901234567890]', SyntaxError],
    ['["\\x", 12345678901234567890]', SyntaxError],
    ['', SyntaxError],
  ])('%s', (text, expected) => {
    if (expected === SyntaxError) expect(() => parseJson(text)).toThrow(SyntaxError);
    else expect(parseJson(text)).toEqual(expected);
  });

  test('a number of a million digits is a double, as with JSON.parse, and no hang', () => {
    expect(parseJson('9'.repeat(1_000_000))).toBe(Number.POSITIVE_INFINITY);
  });

  test('depth does not matter to the exact parser', () => {
    const depth = 100_000;
    expect(() =>
      parseJsonExactly('['.repeat(depth) + '12345678901234567890' + ']'.repeat(depth)),
    ).not.toThrow();
  });

  test('the exact parser agrees with JSON.parse on every value', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(isDeepStrictEqual(parseJsonExactly(text), JSON.parse(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('the exact parser agrees with JSON.parse on what is JSON', { timeout: 60_000 }, () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"__proto__"',
      '"\\u00e9"',
      '1',
      '-0',
      '01',
      '1e5',
      '1.5',
      '.5',
      'true',
      'nul',
      'null',
      ' ',
      '\n',
      '\u00a0',
      '"',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const text = pieces.join('');
        expect(outcome(parseJsonExactly, text)).toEqual(outcome(JSON.parse, text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('stringifyJson', () => {
  test.each<[string, unknown, string]>([
    ['a bigint', { a: 18446744073709551615n, b: [-1n] }, '{"a":18446744073709551615,"b":[-1]}'],
    ['an integer that JSON.stringify rounds', { size: 2 ** 60 }, '{"size":1152921504606846976}'],
    ['a double beyond 64 bits', 1e21, '1e+21'],
    ['null', { a: null, b: 1n }, '{"a":null,"b":1}'],
    ['what is left out', { a: undefined, b: () => 1, c: 1n, d: [undefined] }, '{"c":1,"d":[null]}'],
    ['toJSON', { a: new Date(0), b: 1n }, '{"a":"1970-01-01T00:00:00.000Z","b":1}'],
    ['boxed primitives', { a: Object(1n), b: Object('s'), c: Object(true) }, '{"a":1,"b":"s","c":true}'],
    ['a lone surrogate', { a: '\ud800', b: 1n }, '{"a":"\\ud800","b":1}'],
    ['__proto__', JSON.parse('{"__proto__": null}'), '{"__proto__":null}'],
  ])('%s', (_name, value, text) => {
    expect(stringifyJson(value)).toBe(text);
  });

  test.each<[string, () => unknown]>([
    ['NaN', () => ({ a: Number.NaN })],
    ['an infinity', () => [Number.POSITIVE_INFINITY]],
    ['nothing', () => undefined],
    ['a function', () => () => 1],
    [
      'a cycle',
      () => {
        const cycle: { self?: unknown } = {};
        cycle.self = cycle;
        return cycle;
      },
    ],
  ])('%s cannot be written as JSON', (_name, make) => {
    expect(() => stringifyJson(make())).toThrow(TypeError);
  });

  test('what it prints is read back the same', { timeout: 60_000 }, () => {
    const big = fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
      .filter((n) => n > 2n ** 53n || n < -(2n ** 53n));
    const value = fc.array(fc.oneof(jsonValue, big, fc.dictionary(jsonText, big, { maxKeys: 3 })), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(value, (v) => {
        expect(stringifyJson(parseJson(stringifyJson(v)))).toBe(stringifyJson(v));
      }),
    );
  });

  test('a patched BigInt.prototype.toJSON makes no difference', () => {
    // oxlint-disable-next-line no-extend-native -- programs do this, and it must not matter
    Object.defineProperty(BigInt.prototype, 'toJSON', { value: () => 'wrong', configurable: true });
    try {
      expect(stringifyJson({ a: 5n })).toBe('{"a":5}');
    } finally {
      delete (BigInt.prototype as { toJSON?: unknown }).toJSON;
    }
  });
});
