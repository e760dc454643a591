import { expect } from 'vitest';
import { test } from '../launcher.ts';

test('passes while what was spawned still runs', ({ standIns }) => {
  expect(standIns).toBeDefined();
});
