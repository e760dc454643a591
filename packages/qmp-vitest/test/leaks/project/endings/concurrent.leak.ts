import { expect } from 'vitest';
import { test } from '../launcher.ts';

for (const number of [1, 2, 3]) {
  test.concurrent(`one of several, ${number}`, ({ machines }) => {
    if (number === 2) expect(machines).toBeUndefined();
  });
}
