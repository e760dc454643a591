import type { QemuProfile } from '../../engine/profile.ts';
import type { GivenOption } from '../../machine/machine-options.ts';
import type { HostFiles } from '../host.ts';
import { checkDrives } from './drives.ts';
import { checkCpuCount, checkMemory, checkTopology } from './limits.ts';
import {
  checkAccelerator,
  checkCpuModel,
  checkDisplay,
  checkGraphics,
  checkNetdevs,
  checkUsbDevices,
} from './names.ts';

/** What the checks of a start look at. */
export interface StartContext {
  /** All options, in their order. */
  readonly given: readonly GivenOption[];
  readonly profile: QemuProfile;
  /** The machine's type, as `-machine` gives it. */
  readonly machine: string;
  readonly file: Pick<HostFiles, 'assertOpens'>;
}

/** In QEMU's order (`qemu_init` in `system/vl.c`). */
const CHECKS: readonly ((context: StartContext) => void)[] = [
  checkDisplay,
  checkMemory,
  checkGraphics,
  checkDrives,
  checkTopology,
  checkCpuCount,
  checkAccelerator,
  checkCpuModel,
  checkNetdevs,
  checkUsbDevices,
];

/**
 * Refuses a command line whose options are well-formed, but ask for what isn't there.
 *
 * @throws StartError with QEMU's words.
 */
export function checkStart(context: StartContext): void {
  for (const check of CHECKS) check(context);
}
