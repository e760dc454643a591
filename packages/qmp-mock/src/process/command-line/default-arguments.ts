/**
 * Arguments of an empty machine: without a board, devices, a window, or the user's settings. A real QEMU
 * starts with them in about 25 ms and answers every command that doesn't need hardware. They are the default
 * of every backend.
 *
 * @example
 * new MockQmp({ args: [...DEFAULT_QEMU_ARGS, '-name', 'vm0'] })
 */
export const DEFAULT_QEMU_ARGS: readonly string[] = [
  '-machine',
  'none',
  '-nodefaults',
  '-no-user-config',
  '-display',
  'none',
];
