import { test } from '../launcher.ts';

// Run with `--bail 1`: the first to fail ends the run while the other is in the middle of its test.
test.concurrent('fails', ({ machines: _machines }) => {
  throw new Error('the run ends here');
});

test.concurrent('is in the middle of it', async ({ machines }) => {
  await machines.waitForever();
});

test('never gets its turn', ({ machines: _machines }) => {});
