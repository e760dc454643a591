import { expect, test } from 'vitest';
import { firstUnexpected } from './glib-order.ts';
import { sortMembers } from './member-order.ts';
test('smoke', () => {
  expect(firstUnexpected(['a'], [])).toBe('a');
  expect(sortMembers(['id', 'return'])).toEqual(['return', 'id']);
});
