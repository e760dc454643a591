import { afterEach } from 'vitest';
import { test as base } from '../launcher.ts';

const test = base.extend<{ clumsy: string }>({
  clumsy: async ({ machines: _machines }, use) => {
    await use('here');
    throw new Error('thrown in the teardown of a fixture');
  },
});

test('a fixture on top of a machine throws in its teardown', ({ clumsy: _clumsy }) => {});

base('afterEach throws', ({ machines: _machines }) => {});

afterEach(() => {
  throw new Error('thrown in afterEach');
});
