import { beforeAll, expect, test } from 'vitest';
import { withQmp } from 'qmp-vitest';

// On purpose: Vitest would never run what the hook defines, and the file would pass.
beforeAll(() => {
  withQmp(test)('a test that nobody runs', ({ qmp }) => {
    expect(qmp.connected).toBe(false);
  });
});

test('passes', () => {
  expect(1).toBe(1);
});
