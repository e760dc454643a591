import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText, jsonValue } from '../../test/support/arbitrary-json.ts';
import { QmpLimitError, QmpProtocolError } from '../errors.ts';
import { JsonFramer, type JsonFramerOptions } from './framing.ts';

/** Cuts bytes into chunks at these places. */
type Cut = (bytes: Buffer) => Buffer[];

const cuts: [string, Cut][] = [
  ['in one chunk', (bytes) => [bytes]],
  ['byte by byte', (bytes) => Array.from(bytes, (byte) => Buffer.of(byte))],
  [
    'in threes',
    (bytes) =>
      Array.from({ length: Math.ceil(bytes.length / 3) }, (_, i) => bytes.subarray(3 * i, 3 * i + 3)),
  ],
];

function read(
  bytes: string | Buffer,
  cut: Cut,
  options: JsonFramerOptions = {},
): { values: unknown[]; error?: unknown } {
  const framer = new JsonFramer(options);
  const values: unknown[] = [];
  try {
    for (const chunk of cut(Buffer.from(bytes as string))) framer.push(chunk, (value) => values.push(value));
    framer.look((value) => values.push(value));
  } catch (error) {
    return { values, error };
  }
  return { values };
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 4).replaceAll('\n', '\r\n');
const long = { return: Array.from({ length: 400 }, (_, i) => ({ name: `item "${i}" }]`, size: i })) };

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe.each(cuts)('messages that come %s', (_, cut) => {
  test.each<[string, string, unknown[]]>([
    ['CRLF, as QEMU ends lines', '{"a": 1}\r\n{"b": 2}\r\n', [{ a: 1 }, { b: 2 }]],
    ['LF', '{"a":1}\n{"b":2}\n', [{ a: 1 }, { b: 2 }]],
    ['no line end at all', '{"a":1}{"b":{}}', [{ a: 1 }, { b: {} }]],
    ['several on one line', '{"a":1} {"b":2}\n{"c":3}\n', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['blank lines', '\r\n\r\n  {"a":1}\r\n\t\r\n', [{ a: 1 }]],
    [
      'pretty=on',
      `${pretty({ QMP: { capabilities: [] } })}\r\n${pretty({ return: {} })}\r\n`,
      [{ QMP: { capabilities: [] } }, { return: {} }],
    ],
    [
      'QEMU prints an empty object over two lines',
      '{\r\n    "return": {\r\n    }\r\n}\r\n',
      [{ return: {} }],
    ],
    ['one line after a pretty message', `${pretty({ a: [] })}\r\n{"b":2}\r\n`, [{ a: [] }, { b: 2 }]],
    ['brackets and quotes in strings', '{"a":"}{\\"]["}\r\n{"b":"\\\\"}\r\n', [{ a: '}{"][' }, { b: '\\' }]],
    [
      'UTF-8 of two, three and four bytes',
      '{"a":"é€😀"}\r\n{"b":"ü"}{"c":"😀"}',
      [{ a: 'é€😀' }, { b: 'ü' }, { c: '😀' }],
    ],
    ['a line end between messages that is no end', '{"a":\n1}\n{"b":2}\n', [{ a: 1 }, { b: 2 }]],
    [
      '64-bit integers',
      '{"a": 18446744073709551615, "b": -9223372036854775808}\r\n',
      [{ a: 18446744073709551615n, b: -9223372036854775808n }],
    ],
    ['a long one', `${JSON.stringify(long)}\r\n{"b":2}\r\n`, [long, { b: 2 }]],
    ['a long one without a line end', JSON.stringify(long), [long]],
    ['long and pretty', `${pretty(long)}\r\n`, [long]],
    ['arrays', '[1,[2]]\r\n', [[1, [2]]]],
    ['keywords and numbers', '{"a":[true,false,null,-1.5e3,0]}\r\n', [{ a: [true, false, null, -1500, 0] }]],
  ])('%s', (_name, bytes, expected) => {
    expect(read(bytes, cut)).toEqual({ values: expected });
  });

  test.each<[string, string | Buffer]>([
    ['words', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a closing bracket', '}\r\n'],
    ['a number', '42\r\n'],
    ['an unknown keyword', '{"a": nope}\r\n'],
    ['a missing colon', '{"a" 1}\r\n'],
    ['a missing comma', '{"a": 1 "b": 2}\r\n'],
    ['a trailing comma', '{"a": 1,}\r\n'],
    ['the wrong bracket', '{"a": [1}]\r\n'],
    ['a message that was cut off before the next', '{"a": {}\r\n{"b": 1}\r\n'],
    ['a line feed in a string', '{"a": "b\r\n{"c": 1}\r\n'],
    ['a key that is no string', '{a: 1}\r\n'],
    ['inf, which QEMU prints for a number beyond doubles', '{"return": inf}\r\n'],
    ['a leading zero', '{"a": 01}\r\n'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d, 0x0a])],
    ['telnet negotiation', Buffer.from('fffb01fffb037b7d', 'hex')],
    ['a NUL', '{"a": 1}\0{"b": 2}'],
  ])('%s is not JSON', (_name, bytes) => {
    const good = Buffer.from('{"good": 1}\r\n');
    const { values, error } = read(Buffer.concat([good, Buffer.from(bytes as string)]), cut);
    expect(values[0]).toEqual({ good: 1 });
    expect(values).not.toContainEqual({ b: 1 });
    expect(error).toBeInstanceOf(QmpProtocolError);
    expect(error).not.toBeInstanceOf(QmpLimitError);
    expect((error as QmpProtocolError).raw).not.toBe('');
  });

  test('a message may be as long as the limit and no longer', () => {
    const message = JSON.stringify({ a: 'x'.repeat(100) });
    expect(read(`${message}\r\n`, cut, { maxMessageSize: message.length }).values).toHaveLength(1);
    for (const end of ['\r\n', '']) {
      const { values, error } = read(`{}\r\n${message}${end}`, cut, { maxMessageSize: message.length - 1 });
      expect(values).toEqual([{}]);
      expect(error).toBeInstanceOf(QmpLimitError);
      expect(error).toMatchObject({
        limit: 'maxMessageSize',
        value: message.length - 1,
        code: 'QMP_PROTOCOL',
      });
    }
  });

  test('the limit also stops a message that never ends', () => {
    const { error } = read(`{"a": "${'x'.repeat(10_000)}`, cut, { maxMessageSize: 8000 });
    expect(error).toBeInstanceOf(QmpLimitError);
  });

  test('a message may nest as deep as the limit and no deeper', () => {
    for (const end of ['\r\n', '']) {
      expect(read(nested(1024) + end, cut).error).toBeUndefined();
      const { error } = read(nested(1025) + end, cut);
      expect(error).toBeInstanceOf(QmpLimitError);
      expect(error).toMatchObject({ limit: 'maxDepth', value: 1024 });
    }
    expect(read(nested(5000), cut).error).toBeInstanceOf(QmpLimitError);
  });

  test('brackets in strings do not count as depth', () => {
    const message = { a: '['.repeat(5000), b: '}'.repeat(5000) };
    expect(read(`${JSON.stringify(message)}\r\n`, cut).values).toEqual([message]);
  });

  test('__proto__ is a member like any other', () => {
    const { values } = read(
      '{"__proto__": {"polluted": 1}, "n": 12345678901234567890}\r\n{"__proto__": 1}\r\n',
      cut,
    );
    expect(Object.keys(values[0] as object)).toEqual(['__proto__', 'n']);
    expect(Object.getPrototypeOf(values[0])).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('0xFF between messages is skipped where that is asked for', () => {
    const bytes = Buffer.concat([
      Buffer.of(0xff),
      Buffer.from('{"return": 1}\n'),
      Buffer.of(0xff),
      Buffer.from('{"return": 2}\n'),
    ]);
    expect(read(bytes, cut, { skipFlushBytes: true })).toEqual({ values: [{ return: 1 }, { return: 2 }] });
    expect(read(bytes, cut).error).toBeInstanceOf(QmpProtocolError);
  });
});

test('any value, printed any way, arrives the same however it is cut', { timeout: 60_000 }, () => {
  const printed = fc.record({
    value: fc.dictionary(jsonText, jsonValue, { maxKeys: 4 }),
    indent: fc.constantFrom(0, 4),
    end: fc.constantFrom('\r\n', '\n', ' ', ''),
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(printed, { maxLength: 5 }), sizes, (messages, cycle) => {
      const texts = messages.map(({ value, indent }) => JSON.stringify(value, null, indent));
      const bytes = Buffer.from(texts.map((text, i) => text + messages[i]?.end).join(''));
      const framer = new JsonFramer();
      const values: unknown[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = cycle[i % cycle.length] ?? 1;
        framer.push(bytes.subarray(at, at + size), (value) => values.push(value));
        at += size;
      }
      expect(
        isDeepStrictEqual(
          values,
          texts.map((text) => JSON.parse(text) as unknown),
        ),
      ).toBe(true);
      expect(framer.pendingBytes).toBe(0);
    }),
  );
});

test(
  'any bytes give messages or a QmpProtocolError, the same however they are cut',
  { timeout: 60_000 },
  () => {
    const byte = fc.constantFrom(...Buffer.from('{}[]",:\\ \n\r\t01e-.atrufl\0\xffé', 'latin1'));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (numbers) => {
        const bytes = Buffer.from(numbers);
        const results = cuts.map(([, cut]) => read(bytes, cut));
        for (const { values, error } of results) {
          expect(values).toEqual(results[0]?.values);
          expect(error === undefined).toBe(results[0]?.error === undefined);
          if (error !== undefined) expect(error).toBeInstanceOf(QmpProtocolError);
        }
      }),
      { numRuns: 500 },
    );
  },
);

test('a framer that has failed says so again', () => {
  const framer = new JsonFramer();
  const push = (): number => framer.push(Buffer.from('nope'), () => {});
  expect(push).toThrow(QmpProtocolError);
  expect(push).toThrow(QmpProtocolError);
});

test('a framer that is stopped while it hands over gives no more', () => {
  const framer = new JsonFramer();
  const values: unknown[] = [];
  framer.push(Buffer.from('{"a":1}\n{"b":2}\n{"c":'), (value) => {
    values.push(value);
    framer.stop();
  });
  framer.push(Buffer.from('3}\n'), (value) => values.push(value));
  expect(values).toEqual([{ a: 1 }]);
});
