import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteCommand, quoteOption } from './quote.ts';

test.each([
  ['/tmp/a,b', '/tmp/a,,b'],
  [',', ',,'],
  ['/tmp/a=b', '/tmp/a=b'],
])('option value %j', (value, quoted) => {
  expect(quoteOption(value)).toBe(quoted);
});

test.each([
  [['qemu', '-m', '64M'], {}, 'qemu -m 64M'],
  [['qemu', '-name', 'a b'], {}, `qemu -name 'a b'`],
  [['qemu', '-name', ''], {}, `qemu -name ''`],
  [['qemu', '-name', `it's`], {}, `qemu -name 'it'\\''s'`],
  [['qemu', '-append', '$HOME'], {}, `qemu -append '$HOME'`],
  [['qemu'], { A: '1 2', B: undefined }, `env -u B 'A=1 2' qemu`],
])('%j with %j', (argv, env, quoted) => {
  expect(quoteCommand(argv, env)).toBe(quoted);
});

const UNITS = Array.from(`'"\\\`$!&|;<>()[]{}*?~#=%^ \t\n-a1üß😀`);

test('a POSIX shell gives the words back as they were', () => {
  const word = fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 12 });
  // In one go: a process for each word would take long.
  const words = fc.sample(word, 300);
  const printed = execFileSync('/bin/sh', ['-c', quoteCommand(['printf', '%s\\0', ...words])]);
  expect(printed.toString('utf8').split('\0').slice(0, -1)).toEqual(words);
});
