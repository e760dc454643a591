import { beforeEach } from 'vitest';
import { missingRequirement, type QemuRequirements } from '../../src/qemu/require.ts';

/**
 * For a suite that needs a real QEMU: without one its tests are skipped, with the reason, or fail under
 * `QMP_REQUIRE_QEMU=1`.
 */
export function needQemu(requirements: QemuRequirements = {}): void {
  beforeEach(async ({ skip }) => {
    const reason = await missingRequirement(requirements);
    if (reason === undefined) return;
    if (process.env['QMP_REQUIRE_QEMU'] === '1') throw new Error(`QMP_REQUIRE_QEMU=1, and: ${reason}`);
    skip(reason);
  });
}
