// Generated from the folders in data/ by `pnpm qemu:add` and `pnpm qemu:remove`; `pnpm qapi:check` compares it. Do not edit.

/** The QEMU versions that the mock can be without being given a folder. */
export type QemuVersionName = '7.2' | '10.0' | '11.1';
