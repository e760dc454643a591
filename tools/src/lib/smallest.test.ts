import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fewerItems, smallest } from './smallest.ts';

const input = { options: ['a', 'b', 'c', 'd'], steps: [{ n: 1 }, { n: 2 }, { n: 3 }] };
const smaller = fc.record({ options: fewerItems<string>(), steps: fewerItems<{ n: number }>() });
const isWrong = ({ options, steps }: typeof input): Promise<boolean> =>
  Promise.resolve(options.includes('b') && steps.some(({ n }) => n === 3));

test('leaves out what is not needed', async () => {
  expect(await smallest(input, smaller, isWrong)).toEqual({ options: ['b'], steps: [{ n: 3 }] });
});

test('needs few attempts for a long list', async () => {
  const items = Array.from({ length: 64 }, (_, n) => n);
  let asked = 0;
  const found = await smallest(items, fewerItems<number>(), (candidate) => {
    asked += 1;
    return Promise.resolve(candidate.includes(21));
  });
  expect(found).toEqual([21]);
  expect(asked).toBeLessThan(20);
});

test('stops after some attempts with what it has', async () => {
  let asked = 0;
  const found = await smallest(
    input,
    smaller,
    (candidate) => {
      asked += 1;
      return isWrong(candidate);
    },
    5,
  );
  expect(asked).toBe(5);
  expect(await isWrong(found)).toBe(true);
});

test('gives the input if nothing smaller is wrong', async () => {
  expect(await smallest(input, smaller, () => Promise.resolve(false))).toBe(input);
});
