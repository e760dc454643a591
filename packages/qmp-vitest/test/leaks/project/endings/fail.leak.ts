import { expect } from 'vitest';
import { test } from '../launcher.ts';

for (const number of [1, 2, 3]) {
  test(`fails ${number}`, ({ machines }) => {
    expect(machines).toBeUndefined();
  });
}
