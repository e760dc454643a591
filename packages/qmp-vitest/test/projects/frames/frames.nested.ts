import { describe } from 'vitest';
import { test } from 'qmp-vitest';

// Every test fails on purpose, by something that doesn't start: `frames.test.ts` looks at the stacks.

describe('a fixture', () => {
  test.override({ mockOptions: { args: ['-nosuch'] } });

  test('a mock', ({ mock }) => {
    mock.verify();
  });
});

test('launch', async ({ launch }) => {
  await launch({ backend: 'mock', mockOptions: { args: ['-nosuch'] } });
});

test('next', async ({ fakeQemu }) => {
  await fakeQemu.next({}, { timeout: 1 });
});
