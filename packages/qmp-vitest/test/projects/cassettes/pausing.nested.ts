import { expect, test } from 'qmp-vitest';

test('pauses the guest', async ({ qmp }) => {
  await qmp.execute('query-name');
  // A change that the code under test may get later.
  await qmp.execute((process.env['CHANGED_COMMAND'] ?? 'stop') as 'stop');
  await expect(qmp).toEmitEvent('STOP');
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
});

test('fails, and so is not recorded', async ({ qmp }) => {
  await qmp.execute('query-name');
  expect(process.env['QMP_BACKEND']).toBe('replay');
});
