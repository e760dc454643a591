import { describe, expect, test } from 'vitest';
import { fromPlain, fromPrinted, toPlain } from './plain.ts';
import { printCompact } from './printer.ts';
import { QDict, QFloat, type QValue } from './value.ts';

const dict = (members: Record<string, QValue>): QDict => new QDict(Object.entries(members));

describe('fromPlain', () => {
  test.each<[string, unknown, QValue]>([
    ['null', null, null],
    ['a string', 'a', 'a'],
    ['a whole number', 5, 5],
    ['negative zero', -0, 0],
    ['a fraction', 0.5, new QFloat(0.5)],
    ['a whole number beyond 2^53', 2 ** 60, 2n ** 60n],
    ['a whole number beyond 64 bits', 1e300, new QFloat(1e300)],
    ['a small bigint', 5n, 5],
    ['a large bigint', 2n ** 64n - 1n, 2n ** 64n - 1n],
    ['a bigint beyond 64 bits', 2n ** 64n, new QFloat(2 ** 64)],
    ['undefined', undefined, null],
    ['an array with holes in it', [1, undefined, () => 1], [1, null, null]],
    ['an object', { a: 1, b: undefined, c: Symbol('c'), d: [{}] }, dict({ a: 1, d: [dict({})] })],
    ['a Map', new Map([['k', 1.5]]), dict({ k: new QFloat(1.5) })],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%s', (_, plain, value) => {
    expect(fromPlain(plain)).toStrictEqual(value);
  });

  test('data that contains itself is refused', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => fromPlain(circle)).toThrow(RangeError);
    expect(() => printCompact(circle)).toThrow(RangeError);
  });
});

describe('toPlain', () => {
  test('gives objects, arrays and numbers', () => {
    expect(toPlain(dict({ a: [new QFloat(1.5), 2n ** 60n], b: dict({ c: null }) }))).toEqual({
      a: [1.5, 2n ** 60n],
      b: { c: null },
    });
  });

  test('__proto__ is a member like any other, both ways', () => {
    const plain = toPlain(dict({ __proto__: null, a: 1 }).set('__proto__', dict({ polluted: true })));
    expect(Object.keys(plain as object)).toEqual(['a', '__proto__']);
    expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(toPlain(fromPlain(plain))).toEqual(plain);
    expect(printCompact(plain)).toContain('"__proto__": {"polluted": true}');
  });
});

test('fromPrinted keeps the order of a recording, in which members of one bucket stand latest first', () => {
  const text = '{"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}';
  expect(printCompact(fromPrinted(JSON.parse(text)))).toBe(text);
  expect(printCompact(JSON.parse(text))).not.toBe(text);
});
