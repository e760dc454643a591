import { test as base } from 'vitest';
import { expect, withQmp } from 'qmp-vitest';

let prepared = 0;

const test = withQmp(base, {
  scope: 'file',
  prepare: async ({ qmp }) => {
    prepared++;
    await qmp.execute('stop');
  },
});

test.beforeAll(async ({ sharedMachine }) => {
  await sharedMachine.start();
  await sharedMachine.start();
});

test('finds the machine prepared', async ({ qmp }) => {
  expect(prepared).toBe(1);
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
  await qmp.execute('cont');
});

test('finds it as the test before has left it', async ({ qmp, launch }) => {
  expect(prepared).toBe(1);
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'running' });
  const own = await launch();
  expect(own.qmp).not.toBe(qmp);
});

test('fails, and tells only its own part', async ({ qmp }) => {
  await qmp.execute('query-name');
  throw new Error('on purpose');
});

test('ends it', async ({ qmp }) => {
  await qmp.execute('quit');
  await qmp.closed;
});

test('finds a fresh one', async ({ qmp }) => {
  expect(prepared).toBe(2);
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
});
