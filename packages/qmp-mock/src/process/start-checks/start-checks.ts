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
import type { StartContext } from './start-context.ts';

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
