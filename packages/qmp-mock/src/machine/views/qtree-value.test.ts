import { expect, test } from 'vitest';
import { shownValue } from './qtree-value.ts';

const VALUES = [
  ['bool', true, 'true'],
  ['str', 'a "b"', '"a "b""'],
  ['uint32', 4_294_967_295, '4294967295 (0xffffffff)'],
  ['int32', -1, '-1 (0xffffffffffffffff)'],
  ['size', 0, '0 (0 B)'],
  ['size32', 512, '512 (512 B)'],
  ['size', 999, '999 (999 B)'],
  ['size', 1000, '1000 (0.977 KiB)'],
  ['size', 1536, '1536 (1.5 KiB)'],
  ['size', 134_217_728, '134217728 (128 MiB)'],
  ['size', 2n ** 64n - 1n, '18446744073709551615 (16 EiB)'],
  ['list', null, undefined],
] as const;

test.for(VALUES)('%s %s is shown as QEMU shows it', ([type, value, text]) => {
  expect(shownValue(type, value)).toBe(text);
});
