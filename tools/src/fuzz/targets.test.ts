import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { target } from './target.ts';
import { targets } from './targets/index.ts';

/** Inputs of each target: `pnpm tools fuzz` gives a million. */
const INPUTS = 1500;

test.each([...targets])('whatever comes: %s', (_, make) => {
  const { input, check } = make();
  fc.assert(fc.property(input, check), { numRuns: INPUTS });
});

test('what does not hold is found', () => {
  const { input, check } = target({
    what: 'numbers',
    input: fc.nat(100),
    check: (given) => void (given > 50 && expect.fail()),
  });
  expect(() => fc.assert(fc.property(input, check))).toThrow('Counterexample: [51]');
});
