import { expect, test } from 'qmp-vitest';

// `qmp` is one machine. `launch` adds as many as a test wants; they all end with it.

test('each machine has a state of its own', async ({ launch }) => {
  const [source, target] = await Promise.all([launch({ name: 'source' }), launch({ name: 'target' })]);
  await Promise.all([source.qmp.execute('cont'), target.qmp.execute('cont')]);

  await source.qmp.execute('stop');

  expect(await source.qmp.execute('query-status')).toMatchObject({ status: 'paused' });
  expect(await target.qmp.execute('query-status')).toMatchObject({ status: 'running' });
  await expect(target.qmp).not.toEmitEvent('STOP');
});

test('one ends, the other does not notice', async ({ qmp, launch }) => {
  const other = await launch({ name: 'other' });

  await other.qmp.execute('quit');
  await other.qmp.closed;

  expect(other.qmp.connected).toBe(false);
  expect(await qmp.execute('query-status')).toHaveProperty('status');
});

test('a mock beside whatever the backend is', async ({ qmp, launch }) => {
  const scripted = await launch({ name: 'scripted', backend: 'mock' });
  scripted.mock.handle('query-name', { name: 'not really there' });

  expect(await scripted.qmp.execute('query-name')).toEqual({ name: 'not really there' });
  expect(await qmp.execute('query-name')).not.toEqual({ name: 'not really there' });
});
