import { describe, test as base } from 'vitest';
import { expect, withQmp } from 'qmp-vitest';

// A guest that takes long to boot is not booted for each test. This one lives as long as the file; `prepare`
// brings it to where the tests want it, once.
const test = withQmp(base, {
  scope: 'file',
  prepare: async ({ qmp }) => {
    // For a real guest: `qemu?.console.waitFor(/login:/, { timeout: 60_000 })`.
    await qmp.execute('cont');
  },
});

// The first test would pay for the start with its own time limit. This hook has one of its own.
test.beforeAll(async ({ sharedMachine }) => sharedMachine.start(), 120_000);

// Each of these goes on from where the one before stopped, even if tests run in random order elsewhere.
describe('a machine that tests share', { shuffle: false }, () => {
  test('finds the machine running', async ({ qmp }) => {
    expect(await qmp.execute('query-status')).toMatchObject({ status: 'running' });
    await qmp.execute('stop');
  });

  test('finds it as the test before has left it', async ({ qmp }) => {
    expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
  });

  test('may end it', async ({ qmp }) => {
    await qmp.execute('quit');
    await qmp.closed;
  });

  test('then the next one finds a fresh machine', async ({ qmp }) => {
    expect(await qmp.execute('query-status')).toMatchObject({ status: 'running' });
  });
});
