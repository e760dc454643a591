import { describe, expect, test } from 'vitest';
import { matches } from './match.ts';

describe('matches', () => {
  test.each<[string, unknown, unknown, boolean]>([
    ['some of the members', { a: 1, b: 2 }, { a: 1 }, true],
    ['nothing asked', { a: 1 }, {}, true],
    ['another value', { a: 1 }, { a: 2 }, false],
    ['a missing member', {}, { a: 1 }, false],
    ['a member that is undefined in the pattern', {}, { a: undefined }, true],
    ['deep', { a: { b: { c: 1, d: 2 } } }, { a: { b: { c: 1 } } }, true],
    ['deep and different', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, false],
    ['an object where a value is', { a: 1 }, { a: {} }, false],
    ['null', { a: null }, { a: null }, true],
    ['null for an object', { a: null }, { a: {} }, false],
    ['arrays item by item', { a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }, true],
    ['arrays of another length', { a: [1, 2] }, { a: [1] }, false],
    ['an array for an object', { a: [1] }, { a: { 0: 1 } }, false],
    ['an object for an array', { a: { 0: 1, length: 1 } }, { a: [1] }, false],
    ['a bigint for a number', { a: 5 }, { a: 5n }, true],
    ['another bigint', { a: 2n ** 60n }, { a: 2n ** 60n + 1n }, false],
    ['a string for a number', { a: '5' }, { a: 5 }, false],
    ['NaN', Number.NaN, Number.NaN, true],
    ['an inherited member', {}, { constructor: Object }, false],
    ['an asymmetric matcher', { a: 'x', b: 1 }, { a: expect.any(String) }, true],
    ['an asymmetric matcher that says no', { a: 7 }, { a: expect.any(String) }, false],
  ])('%s', (_name, value, pattern, result) => {
    expect(matches(value, pattern)).toBe(result);
  });
});
