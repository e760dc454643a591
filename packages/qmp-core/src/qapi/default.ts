// Generated from the folders of the versions. Do not edit: `pnpm qemu:generate` writes it.
import type { Qapi111 } from './qemu-11.1.ts';

/**
 * The schema that a client is typed by unless it is told another: that of the newest QEMU described here. An interface of
 * its own, so that declarations which name it need no path into this package.
 */
export interface DefaultQapi extends Qapi111 {}
