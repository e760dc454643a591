import { report, test } from '../launcher.ts';

// The matrix sends a signal while this spins, and hears of nothing.
test('spins', { timeout: 600_000 }, ({ machines }) => {
  report('spinning', [machines.pid]);
  for (;;);
});
