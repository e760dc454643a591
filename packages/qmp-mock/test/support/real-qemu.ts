import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Reason for a skip if there is no QEMU to test against. */
export const NO_QEMU = 'no qemu-system-x86_64 on PATH, and QMP_QEMU_BINARY is not set';

/** Whether a missing QEMU is a failure rather than a reason to skip. */
export const qemuRequired: boolean = process.env['QMP_REQUIRE_QEMU'] === '1';

/**
 * The QEMU to test against: `QMP_QEMU_BINARY`, or the first on `PATH` that can be run; `undefined` for none.
 */
export function findQemu(): string | undefined {
  const named = process.env['QMP_QEMU_BINARY'];
  if (named !== undefined && named !== '') return named;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'qemu-system-x86_64'))
    .find(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
