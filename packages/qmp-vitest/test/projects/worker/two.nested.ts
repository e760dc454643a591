import { expect } from 'qmp-vitest';
import { test } from './machine.ts';

test('two finds the machine prepared', async ({ qmp }) => {
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
});

let attempts = 0;

test('two is tried again with the same machine', { retry: 2 }, async ({ qmp }) => {
  await qmp.execute('query-name');
  expect(++attempts).toBe(3);
});
