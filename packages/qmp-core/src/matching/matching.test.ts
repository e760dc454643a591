import { describe, expect, test } from 'vitest';
import { QmpOptionError } from '../errors.ts';
import { describeDifferences, exactly, matches, Matcher } from './index.ts';

const big = (value: unknown): boolean => Number(value) > 10;
const found = (actual: unknown, pattern: unknown): string[] =>
  describeDifferences(new Matcher(pattern).differences(actual));

/** Not this realm's: Jest runs each test file in a realm of its own. */
const { runInNewContext } = await import('node:vm');
const foreign = runInNewContext('({ id: /^disk/, list: [1], plain: {} })') as object;

/** Matchers as runners make them: an object, a function, one that says more than yes. */
const odd = { asymmetricMatch: (value: unknown) => value === 1 };
const callable = Object.assign(() => false, { asymmetricMatch: (value: unknown) => value === 1 });
const late = { asymmetricMatch: () => Promise.resolve(false) };

describe('a pattern and a value', () => {
  test.each<[title: string, actual: unknown, pattern: unknown, found: string[]]>([
    ['equal scalars', 'a', 'a', []],
    ['other scalars', 'b', 'a', ['expected "a", got "b"']],
    ['a missing value', undefined, 'a', ['expected "a", got nothing']],
    ['null is not absent', undefined, null, ['expected null, got nothing']],
    ['null', { a: null }, { a: null }, []],
    ['null for an object', { a: null }, { a: {} }, ['a: expected {}, got null']],
    ['NaN', Number.NaN, Number.NaN, []],
    ['zero of either sign', 0, -0, []],
    ['a string for a number', '5', 5, ['expected 5, got "5"']],
    ['true for 1', { a: true }, { a: 1 }, ['a: expected 1, got true']],

    ['nothing asked', { a: 1 }, {}, []],
    ['extra members are welcome', { id: 'a', bus: 'x' }, { id: 'a' }, []],
    ['at any depth', { a: { b: { c: 1, d: 2 } } }, { a: { b: { c: 1 } } }, []],
    ['deep and different', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ['a.b.c: expected 2, got 1']],
    ['a missing member', {}, { id: 'a' }, ['id: missing; expected "a"']],
    ['an object where a value is', { id: 'disk0' }, { id: {} }, ['id: expected {}, got "disk0"']],
    ['undefined is absence', {}, { id: undefined }, []],
    ['undefined refuses presence', { id: 1 }, { id: undefined }, ['id: expected none, got 1']],
    [
      'every difference, deep',
      { file: { a: 2, b: [true, 'y'] } },
      { file: { a: 1, b: [true, 'x'] } },
      ['file.a: expected 1, got 2', 'file.b[1]: expected "x", got "y"'],
    ],
    ['a prototype is not looked into', {}, { toString: 'x' }, ['toString: missing; expected "x"']],
    [
      '… nor that of a predicate',
      {},
      { constructor: () => true },
      ['constructor: missing; expected function constructor'],
    ],

    ['arrays, element by element', { a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }, []],
    ['arrays of another length', { a: [1, 2] }, { a: [1] }, ['a: expected 1 element, got 2 elements: [1,2]']],
    ['an empty array', { a: [1] }, { a: [] }, ['a: expected 0 elements, got 1 element: [1]']],
    ['arrays are no objects', [1], { 0: 1 }, ['expected {"0":1}, got [1]']],
    ['objects are no arrays', { 0: 1, length: 1 }, [1], ['expected [1], got {"0":1,"length":1}']],

    ['bigint and number are one integer', { size: 5 }, { size: 5n }, []],
    ['number and bigint too', { size: 5n }, { size: 5 }, []],
    [
      'but not beyond precision',
      9007199254740993n,
      2 ** 53,
      ['expected 9007199254740992, got 9007199254740993'],
    ],
    ['nor with a fraction', 5.5, 5n, ['expected 5, got 5.5']],

    ['a regular expression', { id: 'disk7' }, { id: /^disk\d$/ }, []],
    ['one that does not match', { id: 'nic' }, { id: /^disk/ }, ['id: expected /^disk/, got "nic"']],
    ['one against a number', { id: 7 }, { id: /7/ }, ['id: expected /7/, got 7']],
    ['one against nothing', {}, { id: /./ }, ['id: missing; expected /./']],
    [
      'one of another realm',
      { id: 'nic', list: [1], plain: {} },
      foreign,
      ['id: expected /^disk/, got "nic"'],
    ],

    ['a predicate', { size: 11 }, { size: big }, []],
    ['one that refuses', { size: 1 }, { size: big }, ['size: function big refuses 1']],
    ['one is not asked about nothing', {}, { size: () => true }, ['size: missing; expected function size']],
    [
      'one that does not say true',
      { id: 'a' },
      { id: (text: unknown) => /a/.exec(String(text)) },
      ['id: function id returned ["a"] for "a"; a predicate returns true or false'],
    ],
    [
      'one that promises',
      1,
      async () => Promise.resolve(true),
      ['a function returned a Promise for 1; a predicate returns true or false'],
    ],

    ['an asymmetric matcher', { a: 'x', b: 1 }, { a: expect.any(String) }, []],
    [
      'one that says no',
      { a: 'nic' },
      { a: expect.stringContaining('disk') },
      ['a: expected StringContaining "disk", got "nic"'],
    ],
    ['one about a missing member', {}, { a: expect.not.stringContaining('disk') }, []],
    ['one that wants a member', {}, { a: expect.anything() }, ['a: missing; expected Anything']],
    ['one in an array', { a: [3, 1] }, { a: expect.arrayContaining([1]) }, []],
    ['one that nobody can print', { a: 2 }, { a: odd }, ['a: expected a matcher, got 2']],
    ['one that is a function', { a: 1 }, { a: callable }, []],
    ['one that promises', { a: 1 }, { a: late }, ['a: expected a matcher, got 1']],

    ['exactly', { id: 'a' }, exactly({ id: 'a' }), []],
    ['exactly, and more', { id: 'a', bus: 'x' }, exactly({ id: 'a' }), ['bus: unexpected "x"']],
    ['exactly, and a value is other', { id: 'b' }, exactly({ id: 'a' }), ['id: expected "a", got "b"']],
    ['exactly nothing', { a: 1 }, exactly({}), ['a: unexpected 1']],
    ['exactly goes down', { a: { b: 1, c: 2 } }, exactly({ a: { b: 1 } }), ['a.c: unexpected 2']],
    ['exactly inside', { a: { b: 1, c: 2 }, d: 1 }, { a: exactly({ b: 1 }) }, ['a.c: unexpected 2']],
    ['exactly in exactly', { a: { b: 1 } }, exactly({ a: exactly({ b: 1 }) }), []],
    ['a pattern in exactly', { id: 'disk0', n: 20 }, exactly({ id: /^disk/, n: big }), []],
    ['exactly a scalar', 1, exactly(2), ['expected 2, got 1']],
    ['exactly, missing', {}, { a: exactly({ b: 1 }) }, ['a: missing; expected exactly {"b":1}']],
  ])('%s', (_title, actual, pattern, differences) => {
    expect(found(actual, pattern)).toEqual(differences);
    expect(matches(actual, pattern)).toBe(differences.length === 0);
  });

  test('__proto__ is a member like any other', () => {
    const pattern: unknown = JSON.parse('{"__proto__":{"a":1}}');
    expect(matches(JSON.parse('{"__proto__":{"a":1}}'), pattern)).toBe(true);
    expect(matches({}, pattern)).toBe(false);
    expect(found(JSON.parse('{"__proto__":1}'), exactly({}))).toEqual(['__proto__: unexpected 1']);
  });
});

test('a pattern is copied when it is given', () => {
  const inner = { id: 'disk0' };
  const pattern = { list: [inner], name: /x/g };
  const matcher = new Matcher(exactly(pattern));
  inner.id = 'changed';
  pattern.list.push(inner);
  (pattern as Record<string, unknown>)['more'] = 1;
  pattern.name.lastIndex = 5;
  const value = { list: [{ id: 'disk0' }], name: 'x' };
  expect(matcher.differences(value)).toEqual([]);
  expect(matcher.matches(value)).toBe(true);
  expect(String(matcher)).toBe('exactly {"list":[{"id":"disk0"}],"name":/x/}');
});

test('a global or sticky regular expression has no memory', () => {
  const matcher = new Matcher([/x/g, /x/y]);
  for (let round = 0; round < 3; round++) expect(matcher.matches(['x', 'x'])).toBe(true);
});

test('a predicate that throws is heard', () => {
  const broken = (): boolean => {
    throw new Error('mine');
  };
  expect(() => matches({ a: 1 }, { a: broken })).toThrow('mine');
});

test.each<[string, object]>([
  ['a Map', new Map([['id', 'a']])],
  ['a Set', new Set(['a'])],
  ['a Date', new Date(0)],
  ['a Promise', Promise.resolve()],
  ['a Buffer', Buffer.from('a')],
  ['a URL', new URL('http://localhost')],
  [
    'an object of a class without members',
    new (class Hidden {
      #id = 'a';
      get id(): string {
        return this.#id;
      }
    })(),
  ],
])('%s would match every object, and is refused', (_title, pattern) => {
  for (const given of [pattern, { a: pattern }, [pattern], exactly({ a: pattern })]) {
    expect(() => matches({ a: {} }, given)).toThrow(QmpOptionError);
  }
  expect(() => matches({}, pattern)).toThrow(
    /^Expected `pattern` to consist of plain objects, .*, got (a|\{)/,
  );
});

test('an object of a class is compared by its members', () => {
  class Arguments {
    id = 'disk0';
  }
  expect(matches({ id: 'disk0', bus: 'x' }, new Arguments())).toBe(true);
  expect(matches({ id: 'disk1' }, new Arguments())).toBe(false);
});

test('a circle in a pattern asks for a circle, and no JSON has one', () => {
  const pattern: Record<string, unknown> = { a: 1 };
  pattern['self'] = pattern;
  expect(matches({ a: 1, self: { a: 1, self: {} } }, pattern)).toBe(false);
  expect(String(new Matcher(pattern))).toBe('{"a":1,"self":(itself)}');
});

describe('the work grows with the value', () => {
  /** How often a comparison looks at a scalar: a predicate that counts. */
  function looks(size: number, shape: (leaf: unknown) => (n: number) => unknown): number {
    let count = 0;
    const counting = (): boolean => {
      count++;
      return true;
    };
    const pattern = shape(counting)(size);
    expect(new Matcher(pattern).differences(shape(1)(size))).toEqual([]);
    return count;
  }

  test.each<[string, (leaf: unknown) => (n: number) => unknown]>([
    ['wide', (leaf) => (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`m${i}`, leaf]))],
    ['long', (leaf) => (n) => Array.from({ length: n }, () => leaf)],
    [
      'deep',
      (leaf) => (n) => {
        let value = leaf;
        for (let level = 0; level < n; level++) value = { down: value, leaf };
        return value;
      },
    ],
  ])('%s', (_title, shape) => {
    expect(looks(1000, shape)).toBeLessThanOrEqual(10 * looks(100, shape));
  });

  test('a message shows the head of a large value, and no more of it is made', () => {
    let read = 0;
    const large = Array.from({ length: 10_000 }, () => ({
      get a() {
        read++;
        return 'x'.repeat(50);
      },
    }));
    const [difference] = new Matcher('text').differences(large);
    expect(difference?.reason.length).toBeLessThan(200);
    expect(read).toBeLessThan(10);
  });
});
