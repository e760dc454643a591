import { expect } from 'vitest';
import { test } from '../launcher.ts';

let attempts = 0;

test('passes at the third attempt', { retry: 2 }, ({ machines: _machines }) => {
  expect(++attempts).toBe(3);
});
