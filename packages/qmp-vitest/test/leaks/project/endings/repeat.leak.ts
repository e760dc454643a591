import { expect } from 'vitest';
import { test } from '../launcher.ts';

test('passes three times', { repeats: 2 }, ({ machines }) => {
  expect(machines).toBeDefined();
});
