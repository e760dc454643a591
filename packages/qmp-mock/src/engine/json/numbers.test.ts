import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { formatFloat, parseInteger } from './numbers.ts';
import { QFloat } from './value.ts';

describe('formatFloat prints as C prints %.17g', () => {
  test.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [-1.5, '-1.5'],
    [0.1, '0.10000000000000001'],
    [0.0001, '0.0001'],
    [0.00001, '1.0000000000000001e-05'],
    [1e16, '10000000000000000'],
    [1e17, '1e+17'],
    [123_456_789_012_345_680, '1.2345678901234568e+17'],
    [1e100, '1e+100'],
    [5e-324, '4.9406564584124654e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [Number.NaN, 'nan'],
  ])('%s', (value, text) => {
    expect(formatFloat(value)).toBe(text);
  });

  test.each([
    [1_125_899_906_842_624.25, '1125899906842624.2'],
    [1_125_899_906_842_624.75, '1125899906842624.8'],
    [1_125_899_906_842_625.25, '1125899906842625.2'],
    [-1_125_899_906_842_624.25, '-1125899906842624.2'],
    [281_474_976_710_656.125, '281474976710656.12'],
    [281_474_976_710_656.375, '281474976710656.38'],
  ])('%s lies half-way and goes to the even digit', (value, text) => {
    expect(formatFloat(value)).toBe(text);
  });

  test('random doubles, as awk prints them', () => {
    const values: number[] = [];
    let seed = 12_345;
    for (let i = 0; i < 500; i++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      values.push((seed / 2 ** 32) * 10 ** ((seed % 60) - 30) * (seed & 1 ? 1 : -1));
    }
    let printed: string;
    try {
      const program = '{ printf "%.17g\\n", $1 }';
      printed = execFileSync('awk', [program], { input: `${values.join('\n')}\n`, encoding: 'utf8' });
    } catch {
      return; // no awk here; the table above and the conformance table stay
    }
    expect(values.map(formatFloat)).toEqual(printed.trimEnd().split('\n'));
  });
});

describe('parseInteger', () => {
  test.each<[string, unknown]>([
    ['0', 0],
    ['-0', 0],
    ['123456789012345', 123_456_789_012_345],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', 9_007_199_254_740_992n],
    ['-9007199254740992', -9_007_199_254_740_992n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['18446744073709551615', 18_446_744_073_709_551_615n],
    ['18446744073709551616', new QFloat(2 ** 64)],
    ['-9223372036854775809', new QFloat(-(2 ** 63))],
  ])('%s', (text, value) => {
    expect(parseInteger(text)).toStrictEqual(value);
    expect(Object.is(parseInteger('-0'), 0)).toBe(true);
  });
});
