import { beforeEach } from 'vitest';
import { whyDemanded } from './demanded.ts';
import { onOneLine } from './one-line.ts';
import { QemuNotFoundError } from './qemu/errors.ts';
import type { LocateOptions } from './qemu/locate.ts';
import type { QemuRequirements } from './qemu/require.ts';

/**
 * Skips the tests of a suite (or of a file, outside of any suite) unless a QEMU meets the requirements. The
 * reason says what they need, what there is, and how to get it. Under `QMP_REQUIRE_QEMU=1` they fail instead.
 * They also fail in CI if `QMP_BACKEND=qemu` asks for a QEMU and none is installed.
 *
 * @param requirements - A range of versions, or versions, accelerators, devices and machine types.
 * @param options - The QEMU to check. Default: the one that the tests use by default.
 * @example
 * describe('migration', () => {
 *   requireQemu({ version: '>=8.2', device: 'virtio-net-pci' })
 *   test('the machine runs', async ({ qmp }) => {
 *     await qmp.execute('cont')
 *   })
 * })
 */
export function requireQemu(requirements: string | QemuRequirements = {}, options: LocateOptions = {}): void {
  beforeEach(async ({ skip }) => {
    const { missingRequirement } = await import('./qemu/require.ts');
    const reason = await missingRequirement(requirements, options);
    if (reason === undefined) return;
    const line = onOneLine(reason);
    // A QEMU of another kind is a reason to skip, if none was demanded of this kind.
    const demanded = whyDemanded((await isThere(options)) ? 'mock' : 'qemu');
    if (demanded !== undefined) throw new Error(`${demanded} ${line}`);
    skip(line);
  });
}

async function isThere(options: LocateOptions): Promise<boolean> {
  const { locateQemu } = await import('./qemu/locate.ts');
  try {
    locateQemu(options);
    return true;
  } catch (error) {
    if (error instanceof QemuNotFoundError) return false;
    throw error;
  }
}
