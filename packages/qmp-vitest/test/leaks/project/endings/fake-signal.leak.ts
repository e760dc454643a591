import { test } from '../launcher.ts';

// The matrix sends a signal while this waits.
test('is in the middle of it', { timeout: 600_000 }, async ({ standIns }) => {
  await standIns.waitForever();
});
