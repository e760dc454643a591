import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

const KNOWN = [
  'query-block',
  'query-blockstats',
  'query-status',
  'query-name',
  'quit',
  'stop',
  'cont',
  'device_add',
];

test.each<[string, string[]]>([
  ['query-blok', ['query-block']],
  ['query_block', ['query-block']],
  ['qiut', ['quit']],
  ['device-add', ['device_add']],
  ['Stop', ['stop']],
  ['x-vendor-frob', []],
  ['quit', []],
])('%s: did you mean %j?', (name, expected) => {
  expect(suggest(name, KNOWN)).toEqual(expected);
});

test('gives no more than asked for', () => {
  expect(suggest('aa', ['ab', 'ac', 'ad', 'ae', 'af'], 2)).toEqual(['ab', 'ac']);
});
