import type { UntypedQapi } from './schema.ts';

/** The schema that a client is typed by unless it is told another: that of the newest QEMU described here. */
export type DefaultQapi = UntypedQapi;
