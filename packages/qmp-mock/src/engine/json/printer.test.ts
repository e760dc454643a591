import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_DIALECT } from './dialect.ts';
import { JsonParser } from './parser.ts';
import { fromPlain } from './plain.ts';
import { PrintOnce, printCompact, printPretty, printString } from './printer.ts';
import { QDict, QFloat } from './value.ts';

describe('strings', () => {
  test.each([
    ["plain /'", '"plain /\'"'],
    ['"\\', String.raw`"\"\\"`],
    ['\b\f\n\r\t', String.raw`"\b\f\n\r\t"`],
    ['\0\u0001\u001F\u007F', String.raw`"\u0000\u0001\u001F\u007F"`],
    ['\u00E9\u20AC', String.raw`"\u00E9\u20AC"`],
    ['\u{1F600}', String.raw`"\uD83D\uDE00"`],
    ['\uD800', String.raw`"\uFFFD"`],
    ['\uFDD0\uFFFE\u{1FFFF}', String.raw`"\uFFFD\uFFFD\uFFFD"`],
  ])('%j', (text, printed) => {
    expect(printString(text)).toBe(printed);
  });
});

describe('compact form', () => {
  test.each<[unknown, string]>([
    [{}, '{}'],
    [[], '[]'],
    [[1, 'a', null, true, 1.5], '[1, "a", null, true, 1.5]'],
    [{ return: {}, id: 1 }, '{"return": {}, "id": 1}'],
    [{ error: { desc: 'd', class: 'c' }, id: 1 }, '{"id": 1, "error": {"class": "c", "desc": "d"}}'],
    [
      { event: 'STOP', data: {}, timestamp: { microseconds: 2, seconds: 1 } },
      '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP", "data": {}}',
    ],
    [{ a: undefined, b: () => 1, c: [undefined] }, '{"c": [null]}'],
    [2n ** 64n - 1n, '18446744073709551615'],
    [2n ** 64n, '1.8446744073709552e+19'],
    [2 ** 60, '1152921504606846976'],
    [new QFloat(1), '1'],
    [new QDict([['x', [new QDict()]]]), '{"x": [{}]}'],
    [new PrintOnce({ b: 1 }), '{"b": 1}'],
    [{ toJSON: () => [1] }, '[1]'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ toJSON: 'a member' }, '{"toJSON": "a member"}'],
  ])('row %#', (value, text) => {
    expect(printCompact(value)).toBe(text);
  });

  test('what is printed is read back as it was', { timeout: 60_000 }, () => {
    const parser = new JsonParser({ dialect: BATCH_DIALECT });
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (plain) => {
        const value = fromPlain([plain]);
        fc.pre(namesStayApart(value));
        parser.push(Buffer.from(printCompact(value)));
        const item = parser.next();
        // A printed object comes back with its members in the order of print, so compare in print.
        expect(printSorted(item?.value)).toBe(printSorted(value));
      }),
      { examples: [[[{ '\u{10ffff}': 0, '\u{10fffe}\0': false }]]] },
    );
  });
});

/**
 * Whether no two names of an object look the same in print, as different non-characters do: no reader takes a
 * name twice.
 */
function namesStayApart(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(namesStayApart);
  if (!(value instanceof Map)) return true;
  const names = new Set([...value.keys()].map((name) => printString(String(name))));
  return names.size === value.size && [...value.values()].every(namesStayApart);
}

/** In print without regard to the order of members. */
function printSorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (member instanceof Map) {
      // By their names in print, since those that JSON can't say change there.
      const named = [...member].map(([name, one]) => [JSON.parse(printString(String(name))), one] as const);
      return named.toSorted(([a], [b]) => (a < b ? -1 : 1));
    }
    if (typeof member === 'bigint') return `${member}n`;
    return typeof member === 'string' ? JSON.parse(printString(member)) : member;
  });
}

test('pretty form', () => {
  const value = { id: 1, error: { class: 'c' }, empty: {}, list: [], nested: [[1], new PrintOnce({ a: 2 })] };
  expect(printPretty(value).split('\r\n')).toEqual([
    '{',
    '    "list": [',
    '    ],',
    '    "empty": {',
    '    },',
    '    "nested": [',
    '        [',
    '            1',
    '        ],',
    '        {',
    '            "a": 2',
    '        }',
    '    ],',
    '    "id": 1,',
    '    "error": {',
    '        "class": "c"',
    '    }',
    '}',
  ]);
});
