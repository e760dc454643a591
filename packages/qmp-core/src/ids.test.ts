import { expect, test } from 'vitest';
import { encodeId, idKey } from './ids.ts';
import { parseJson } from './wire/parse-json.ts';

test.each<[string, unknown, string]>([
  ['a number', 7, '7'],
  ['a negative one', -1, '-1'],
  ['a fraction as QEMU prints it', 1.1, '1.1000000000000001'],
  ['a text', 'a"b', '"a\\"b"'],
  ['null', null, 'null'],
  ['false', false, 'false'],
  ['a small bigint', 5n, '5'],
  ['a wide bigint', 2n ** 64n - 1n, '18446744073709551615'],
  ['a wide number', 2 ** 60, '1152921504606846976'],
  ['beyond 64 bits, where QEMU keeps a double', 2n ** 64n, '1.8446744073709552e+19'],
  [
    'an object, in an order of QEMU',
    { b: 1, a: { d: [1, '2'], c: null } },
    '{"a": {"c": null, "d": [1, "2"]}, "b": 1}',
  ],
  ['an array', [1, [2]], '[1, [2]]'],
])('%s finds its echo', (_name, id, echo) => {
  expect(encodeId(id).key).toBe(idKey(parseJson(echo)));
});

test('different ids have different keys', () => {
  const ids = [1, '1', [1], ['1'], { 1: 1 }, null, 'null', true, 'true', 2n ** 60n, String(2n ** 60n)];
  expect(new Set(ids.map((id) => encodeId(id).key)).size).toBe(ids.length);
});
