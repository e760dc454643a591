import { test } from '../launcher.ts';

// The matrix sends a signal while this waits for what never comes, and does not notice that its machines are
// gone.
test('never ends', { timeout: 600_000 }, async ({ machines: _machines }) => {
  await new Promise(() => setInterval(() => {}, 60_000));
});
