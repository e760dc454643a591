import { expect, test } from 'qmp-vitest';

test('the machine of file one passes', async ({ qmp }) => {
  expect(await qmp.execute('query-status')).toHaveProperty('status');
});

test('the machine of file one is refused', async ({ qmp }) => {
  await qmp.execute('device_del', { id: 'of-file-one' });
});
