import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_DIALECT, DIALECTS, PUSH_DIALECT, type JsonDialect } from './dialect.ts';
import type { JsonLimits } from './limits.ts';
import { JsonParser, type JsonItem } from './parser.ts';
import { printCompact } from './printer.ts';

function drain(parser: JsonParser): string[] {
  const found: string[] = [];
  for (let item: JsonItem | undefined; (item = parser.next()) !== undefined;) {
    found.push(item.error === undefined ? printCompact(item.value) : `! ${item.error}`);
  }
  return found;
}

/** Results of a parser that gets the input at once, byte by byte, and in pieces of three. */
function parseEachWay(input: string, dialect: JsonDialect, limits?: Partial<JsonLimits>): string[] {
  const bytes = Buffer.from(input);
  const ways = [bytes.length, 1, 3].map((size) => {
    const parser = new JsonParser({ dialect, limits });
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += Math.max(size, 1)) {
      parser.push(bytes.subarray(at, at + size));
      found.push(...drain(parser));
    }
    expect(parser.unread).toBe(0);
    return found;
  });
  expect(ways[1], 'byte by byte').toEqual(ways[0]);
  expect(ways[2], 'in pieces of three').toEqual(ways[0]);
  return ways[0]!;
}

describe('where the dialects differ', () => {
  test.each([
    [
      '{"a": x, "b": y} 1 ',
      ["! JSON parse error, invalid keyword 'x'", '1'],
      ["! 1:7: JSON parse error, invalid keyword 'x'", '1'],
    ],
    [
      '[1 2, 3] []',
      ['! JSON parse error, expected separator in list', '[]'],
      ["! 1:4: JSON parse error, expected ',' or ']'", '[]'],
    ],
    [
      '{1: 2}',
      ['! JSON parse error, key is not a string in object'],
      ['! 1:2: JSON parse error, expecting key'],
    ],
    ['{"a" 1}', ['! JSON parse error, missing : in object pair'], ["! 1:6: JSON parse error, expecting ':'"]],
    [
      '{"a": 1 "b"}',
      ['! JSON parse error, expected separator in dict'],
      ["! 1:9: JSON parse error, expected ',' or '}'"],
    ],
    // An error, then a second one in the same value: the old parser forgets the first, the new one has told
    // it.
    [
      '{"a": x, % }',
      ["! JSON parse error, stray '%'", '! JSON parse error, expecting value'],
      ["! 1:7: JSON parse error, invalid keyword 'x'", '! 1:13: JSON parse error, expecting value'],
    ],
    ['{"a": 1, "a": 2}', ['! JSON parse error, duplicate key'], ['! 1:15: JSON parse error, duplicate key']],
  ])('%s', (input, batch, push) => {
    expect(parseEachWay(input, BATCH_DIALECT)).toEqual(batch);
    expect(parseEachWay(input, PUSH_DIALECT)).toEqual(push);
  });

  test('the old parser says nothing of an error until brackets balance', () => {
    const parser = new JsonParser({ dialect: BATCH_DIALECT });
    parser.push(Buffer.from('{"a": [1}'));
    expect(drain(parser)).toEqual([]);
    parser.push(Buffer.from(']'));
    expect(drain(parser)).toEqual(['! JSON parse error, expected separator in list']);
  });
});

describe('positions', () => {
  test.each([
    ['\n\n  x ', '3:3'],
    ['\t\u00e9', '1:2'],
    ['{"a":\r\n"b"\n x}', '3:2'],
    ['12x ', '1:4'], // one too far right: its first byte ended the number
    ['%\n%', '2:1'],
    ['"abc\n', '1:1'],
  ])('%j', (input, position) => {
    expect(parseEachWay(input, PUSH_DIALECT).findLast((text) => text.startsWith('! '))).toContain(
      `! ${position}: `,
    );
  });

  test('of what is left of a token that was cut', () => {
    // QEMU 11.1 was asked with its own limit: 64 MiB of x, eight letters more, and "{]".
    const input = `\n  "${'x'.repeat(20)}yyyyyyyy {]\n`;
    expect(parseEachWay(input, PUSH_DIALECT, { maxBytes: 20 })).toEqual([
      '! JSON token size limit exceeded',
      "! 2:3: JSON parse error, invalid keyword 'yyyyyyyy'",
      '! 2:34: JSON parse error, expecting key',
    ]);
  });

  test('count what came before, also what the short way read', () => {
    expect(parseEachWay('{"a":\n1}\n {"b": 2} x ', PUSH_DIALECT).at(-1)).toMatch(/^! 3:11: /);
  });
});

describe.each(Object.entries(DIALECTS))('limits (%s)', (_, dialect) => {
  test('nesting', () => {
    const limits = { maxNesting: 3 };
    expect(parseEachWay('[{"a": [1]}]', dialect, limits)).toEqual(['[{"a": [1]}]']);
    expect(parseEachWay('[[[[', dialect, limits)).toEqual(['! JSON nesting depth limit exceeded']);
  });

  test('tokens', () => {
    const limits = { maxTokens: 5 };
    expect(parseEachWay('[1, 2] [3, 4]', dialect, limits)).toEqual(['[1, 2]', '[3, 4]']);
    expect(parseEachWay('[1, 2, 3 ', dialect, limits)).toEqual(['! JSON token count limit exceeded']);
  });

  test('bytes of a value', () => {
    const limits = { maxBytes: 8 };
    expect(parseEachWay('["abc"] ', dialect, limits)).toEqual(['["abc"]']);
    expect(parseEachWay('["abcde"', dialect, limits)).toEqual(['! JSON token size limit exceeded']);
  });

  test('a token that is too long is cut', () => {
    const found = parseEachWay('"0123456789"\n\u0001[1]', dialect, { maxBytes: 8 });
    expect(found[0]).toBe('! JSON token size limit exceeded');
    expect(found.at(-1)).toBe('[1]');
  });

  test('QEMU takes 1024 brackets and no more', () => {
    expect(parseEachWay(nested(1024), dialect)).toEqual([nested(1024)]);
    expect(parseEachWay(nested(1025), dialect)[0]).toBe('! JSON nesting depth limit exceeded');
  });
});

test('what next() has not come to stays unread', () => {
  const parser = new JsonParser({ dialect: BATCH_DIALECT });
  parser.push(Buffer.from('{"a": 1}{"b": 2}'));
  parser.push(Buffer.from('[3]'));
  expect(printCompact(parser.next()?.value)).toBe('{"a": 1}');
  expect(parser.unread).toBe(11);
  expect(drain(parser)).toEqual(['{"b": 2}', '[3]']);
});

test('__proto__ is a member like any other', () => {
  expect(parseEachWay('{"__proto__": {"a": 1}, "constructor": 2}', BATCH_DIALECT)).toEqual([
    '{"__proto__": {"a": 1}, "constructor": 2}',
  ]);
  expect(parseEachWay('{"__proto__": 1, "__proto__": 2}', BATCH_DIALECT)).toEqual([
    '! JSON parse error, duplicate key',
  ]);
});

/** So many lists in one another. */
function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Text that is JSON, or nearly. */
const nearlyJson = fc
  .tuple(
    fc.array(
      fc.oneof(fc.json({ maxDepth: 4 }), fc.constantFrom('{"execute": "query-name", "id": 1}', ' ', '\n')),
    ),
    fc.array(
      fc.tuple(
        fc.nat(400),
        fc.nat(3),
        fc.constantFrom('', '"', '\\', '{', ']', ',', ':', '0', '.', 'e', '-', '\n', '\u00e9', '\u0001', 'a'),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([texts, edits]) => {
    let text = texts.join('');
    for (const [at, remove, insert] of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
    return text;
  });

/** Just below what the short way asks for, so that only the long way is taken. */
const LONG_WAY = { maxBytes: (1 << 16) - 1 };

/** For properties, which take a while on a busy machine, in ms. */
const PATIENCE = 60_000;

test.each(Object.entries(DIALECTS))(
  'the short way and the long way find the same (%s)',
  { timeout: PATIENCE },
  (_, dialect) => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect(parseEachWay(text, dialect)).toEqual(parseEachWay(text, dialect, LONG_WAY));
      }),
      { numRuns: 300 },
    );
  },
);
