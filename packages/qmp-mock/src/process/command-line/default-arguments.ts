/**
 * The arguments of a machine that has nothing in it: no board, no devices, no window, none of the user's settings. A real QEMU starts
 * with them in about 25 ms and answers every command that needs no hardware; every backend starts with them unless told otherwise.
 */
export const DEFAULT_QEMU_ARGS: readonly string[] = [
  '-machine',
  'none',
  '-nodefaults',
  '-no-user-config',
  '-display',
  'none',
];
