import type { DefaultQapi, ReturnOf } from 'qmp-core';

/** An entry of `query-block`. */
export type BlockDevice = ReturnOf<DefaultQapi, 'query-block'>[number];

/** An entry of `query-named-block-nodes`, and the medium of an entry of `query-block`. */
export type BlockNodeInfo = NonNullable<BlockDevice['inserted']>;

/** An entry of `query-jobs`. */
export type JobInfo = ReturnOf<DefaultQapi, 'query-jobs'>[number];

/** An entry of `query-block-jobs`. */
export type BlockJobInfo = ReturnOf<DefaultQapi, 'query-block-jobs'>[number];

/** An entry of `query-blockstats`. */
export type BlockStats = ReturnOf<DefaultQapi, 'query-blockstats'>[number];

/** An entry of `query-memory-devices`. */
export type MemoryDeviceInfo = ReturnOf<DefaultQapi, 'query-memory-devices'>[number];

/** The reply of `query-migrate`. */
export type MigrationInfo = ReturnOf<DefaultQapi, 'query-migrate'>;

/** Options of the builders. */
export interface BuildOptions {
  /**
   * Version of QEMU that would say it, as the option `qemu` of a mock; an older one has fewer members.
   * Default: the newest that the package has.
   */
  qemu?: string | undefined;
}

/** Members of which none has to be given. */
export type Given<T> = { [N in keyof T]?: T[N] | undefined };

/** Those that are given. */
export function givenMembers(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
