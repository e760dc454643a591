import { expect, test, vi } from 'vitest';
import { ParsedMap } from './parsed-map.ts';

const texts = new Map([
  ['one', '1'],
  ['two', '2'],
]);

test('parses what is asked for, once', () => {
  const parse = vi.fn((text: string) => Number(text));
  const map = new ParsedMap(texts, parse);
  expect([map.size, map.has('one'), map.has('three'), [...map.keys()]]).toEqual([
    2,
    true,
    false,
    ['one', 'two'],
  ]);
  expect(parse).not.toHaveBeenCalled();
  expect([map.get('two'), map.get('two'), map.get('three')]).toEqual([2, 2, undefined]);
  expect(parse.mock.calls).toEqual([['2']]);
});

test('goes through all of it in order', () => {
  const map = new ParsedMap(texts, Number);
  expect([...map]).toEqual([...map.entries()]);
  expect([...map.values()]).toEqual([1, 2]);
  const seen: unknown[] = [];
  map.forEach((value, name, whole) => seen.push(value, name, whole === map));
  expect(seen).toEqual([1, 'one', true, 2, 'two', true]);
});
