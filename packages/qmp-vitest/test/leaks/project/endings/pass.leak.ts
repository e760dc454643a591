import { expect } from 'vitest';
import { test } from '../launcher.ts';

for (const number of [1, 2, 3]) {
  test(`passes ${number}`, ({ machines }) => {
    expect(machines).toBeDefined();
  });
}
