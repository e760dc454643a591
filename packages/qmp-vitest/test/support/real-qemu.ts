import { beforeEach } from 'vitest';
import { QemuNotFoundError } from '../../src/qemu/errors.ts';
import { locateStorageDaemon } from '../../src/qemu/locate.ts';
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
    // A reason for skipping stands on one line.
    skip(reason.replace(/\s*\n\s*/g, ' '));
  });
}

/** For a suite that needs a `qemu-storage-daemon`, which some distributions have in a package of its own. */
export function needStorageDaemon(): void {
  beforeEach(({ skip }) => {
    try {
      locateStorageDaemon();
    } catch (error) {
      if (!(error instanceof QemuNotFoundError)) throw error;
      skip(error.message.replace(/\s*\n\s*/g, ' '));
    }
  });
}
