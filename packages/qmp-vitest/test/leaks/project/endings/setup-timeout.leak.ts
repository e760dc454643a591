import { test as base } from '../launcher.ts';

base('a machine that does not come up in time', ({ stuck: _stuck }) => {});

const test = base.extend<{ slow: string }>({
  slow: async ({ machines }, use) => {
    await machines.waitForever();
    await use('never');
  },
});

test('a fixture of the user that does not come up in time, on top of a machine', ({ slow: _slow }) => {});
