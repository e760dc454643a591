import type { DefaultQapi, ReturnOf } from 'qmp-core';

/** An entry of `query-block`. */
export type BlockDevice = ReturnOf<DefaultQapi, 'query-block'>[number];

/** An entry of `query-named-block-nodes`, and the medium of an entry of `query-block`. */
export type BlockNodeInfo = NonNullable<BlockDevice['inserted']>;

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
