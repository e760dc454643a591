import { describe, expect, test } from 'vitest';
import { describeDifferences, differences, exactly, matches } from './matching.ts';

const big = (value: unknown): boolean => Number(value) > 10;

describe('differences', () => {
  test.each<[title: string, pattern: unknown, actual: unknown, found: string[]]>([
    ['equal scalars', 'a', 'a', []],
    ['other scalars', 'a', 'b', ['expected "a", got "b"']],
    ['a missing value', 'a', undefined, ['expected "a", got nothing']],
    ['null is not absent', null, undefined, ['expected null, got nothing']],
    ['extra members are welcome', { id: 'a' }, { id: 'a', bus: 'x' }, []],
    ['extra members, exactly', exactly({ id: 'a' }), { id: 'a', bus: 'x' }, ['bus: unexpected "x"']],
    ['exactly goes down', exactly({ a: { b: 1 } }), { a: { b: 1, c: 2 } }, ['a.c: unexpected 2']],
    ['exactly inside', { a: exactly({ b: 1 }) }, { a: { b: 1, c: 2 }, d: 1 }, ['a.c: unexpected 2']],
    ['a missing member', { id: 'a' }, {}, ['id: missing; expected "a"']],
    ['undefined is absence', { id: undefined }, {}, []],
    ['undefined refuses presence', { id: undefined }, { id: 1 }, ['id: expected none, got 1']],
    [
      'every difference, deeply',
      { file: { a: 1, b: [true, 'x'] } },
      { file: { a: 2, b: [true, 'y'] } },
      ['file.a: expected 1, got 2', 'file.b[1]: expected "x", got "y"'],
    ],
    ['lengths of arrays', { a: [1] }, { a: [1, 2] }, ['a: expected 1 element, got 2 elements: [1,2]']],
    ['arrays are no objects', { a: 1 }, [1], ['expected {"a":1}, got [1]']],
    ['objects are no arrays', [1], { 0: 1 }, ['expected [1], got {"0":1}']],
    ['bigint and number are one integer', { size: 5n }, { size: 5 }, []],
    ['number and bigint too', { size: 5 }, { size: 5n }, []],
    [
      'but not beyond precision',
      { size: 2 ** 53 },
      { size: 9007199254740993n },
      ['size: expected 9007199254740992, got 9007199254740993'],
    ],
    ['a regular expression', { id: /^disk\d$/ }, { id: 'disk7' }, []],
    ['a sticky one has no memory', { a: /x/y, b: /x/g }, { a: 'x', b: 'x' }, []],
    ['one that does not match', { id: /^disk/ }, { id: 'nic' }, ['id: expected /^disk/, got "nic"']],
    ['a prototype is not looked into', { toString: 'x' }, {}, ['toString: missing; expected "x"']],
  ])('%s', (_title, pattern, actual, found) => {
    expect(describeDifferences(differences(pattern, actual))).toEqual(found);
  });

  test('a predicate decides by itself', () => {
    expect(matches({ size: big }, { size: 11 })).toBe(true);
    expect(describeDifferences(differences({ size: big }, { size: 1 }))).toEqual([
      'size: function big refuses 1',
    ]);
  });

  test('asymmetric matchers of a test runner work at any depth', () => {
    const pattern = {
      id: expect.stringContaining('disk'),
      tags: expect.arrayContaining([1]),
      any: expect.anything(),
    };
    expect(matches(pattern, { id: 'disk0', tags: [3, 1], any: 0 })).toBe(true);
    expect(describeDifferences(differences(pattern, { id: 'nic', tags: [1], any: 0 }))).toEqual([
      'id: expected StringContaining "disk", got "nic"',
    ]);
  });

  test('a matcher that nobody can print is still a matcher', () => {
    const odd = { asymmetricMatch: (value: unknown) => value === 1 };
    expect(matches({ a: odd }, { a: 1 })).toBe(true);
    expect(describeDifferences(differences({ a: odd }, { a: 2 }))).toEqual(['a: expected a matcher, got 2']);
  });

  test('__proto__ is a member like any other', () => {
    const pattern: unknown = JSON.parse('{"__proto__":{"a":1}}');
    expect(matches(pattern, JSON.parse('{"__proto__":{"a":1}}'))).toBe(true);
    expect(matches(pattern, {})).toBe(false);
  });
});
