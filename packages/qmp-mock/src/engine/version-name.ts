// Generated from the folders of the versions. Do not edit: `pnpm qemu:generate` writes it.

/** The QEMU versions that the mock has built in. */
export type QemuVersionName = '7.2' | '10.0' | '11.1';
