import { beforeEach } from 'vitest';
import { whyDemanded } from './demanded.ts';
import { onOneLine } from './one-line.ts';
import { QemuNotFoundError } from './qemu/errors.ts';
import { locateQemu, type LocateOptions } from './qemu/locate.ts';
import { missingRequirement, type QemuRequirements } from './qemu/require.ts';

/**
 * For the tests of a suite (or of a file, outside of any suite) that need a QEMU of a kind: where there is
 * none, they are skipped, and the reason says what was looked for, what there is, and how to get it. Under
 * `QMP_REQUIRE_QEMU=1` they fail instead, and so they do in CI where `QMP_BACKEND=qemu` asks for a QEMU and
 * there is none at all.
 *
 * @param requirements A range of versions, or versions, accelerators, devices and machine types.
 * @param options Which QEMU is meant. Default: the one that the tests run on by default.
 * @example
 * describe('migration', () => {
 *   requireQemu({ version: '>=8.2', device: 'virtio-net-pci' })
 *   test('…', async ({ qemu }) => { … })
 * })
 */
export function requireQemu(requirements: string | QemuRequirements = {}, options: LocateOptions = {}): void {
  beforeEach(async ({ skip }) => {
    const reason = await missingRequirement(requirements, options);
    if (reason === undefined) return;
    const line = onOneLine(reason);
    // A QEMU of another kind is a reason to skip, where none was demanded of this kind.
    const demanded = whyDemanded(isThere(options) ? 'mock' : 'qemu');
    if (demanded !== undefined) throw new Error(`${demanded} ${line}`);
    skip(line);
  });
}

function isThere(options: LocateOptions): boolean {
  try {
    locateQemu(options);
    return true;
  } catch (error) {
    if (error instanceof QemuNotFoundError) return false;
    throw error;
  }
}
