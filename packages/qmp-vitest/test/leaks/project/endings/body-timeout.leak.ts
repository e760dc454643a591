import { test } from '../launcher.ts';

test('waits too long', async ({ machines }) => {
  await machines.waitForever();
});
