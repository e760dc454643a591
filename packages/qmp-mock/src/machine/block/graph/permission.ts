/** Permission to read data that isn't changed meanwhile in a way that guests see. */
export const CONSISTENT_READ = 1;
/** Permission to change data. */
export const WRITE = 2;
/** Permission to write data that reads the same afterwards. */
export const WRITE_UNCHANGED = 4;
/** Permission to change the size. */
export const RESIZE = 8;
/** All permissions. */
export const ALL_PERMISSIONS = 15;

const NAMES = [
  [CONSISTENT_READ, 'consistent read'],
  [WRITE, 'write'],
  [WRITE_UNCHANGED, 'write unchanged'],
  [RESIZE, 'resize'],
] as const;

/** Each permission in a set, in QEMU's order, with its name. */
export function permissionsIn(bits: number): (readonly [bit: number, name: string])[] {
  return NAMES.filter(([bit]) => (bits & bit) !== 0);
}

/** Names of permissions as refusals list them, for example `write, resize`. */
export function permissionNames(bits: number): string {
  return permissionsIn(bits)
    .map(([, name]) => name)
    .join(', ');
}
