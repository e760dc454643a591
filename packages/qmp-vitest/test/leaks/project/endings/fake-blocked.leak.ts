import { test } from '../launcher.ts';

// The matrix sends a signal while the test's process waits for a stand-in, and hears of nothing.
test('waits for a QEMU by `spawnSync`', { timeout: 600_000 }, ({ standIns }) => standIns.block());
