// Generated from the folders of the versions. Do not edit: `pnpm qemu:generate` writes it.
import type { Qapi111 } from './qemu-11.1.ts';

/**
 * The default schema of a client: the newest QEMU that this package knows. It's an interface, so that
 * declarations that name it don't need a path into this package.
 */
export interface DefaultQapi extends Qapi111 {}
