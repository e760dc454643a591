import type { BlockBackend } from './block-backend.ts';
import { isThrottling, type ThrottleLimits } from './throttle-limits.ts';

/** Groups of drives that share limits, beside those that are objects (`block/throttle-groups.c`). */
export class BackendThrottling {
  readonly #groups = new Map<string, ThrottleLimits>();
  readonly #members = new Map<BlockBackend, string>();

  /** The group of a drive, if it is in one. */
  groupOf(backend: BlockBackend): string | undefined {
    return this.#members.get(backend);
  }

  /** Limits of a drive, with its group. */
  of(backend: BlockBackend): { readonly group: string; readonly limits: ThrottleLimits } | undefined {
    const group = this.#members.get(backend);
    return group === undefined ? undefined : { group, limits: this.#groups.get(group) ?? new Map() };
  }

  /**
   * Sets the limits of a drive and of all in its group. Without any limit the drive leaves the group.
   *
   * @param group - The group; `undefined` for the one that it is in.
   * @param usual - The group of a drive that is in none.
   */
  set(backend: BlockBackend, limits: ThrottleLimits, group: string | undefined, usual: string): void {
    if (!isThrottling(limits)) {
      this.leave(backend);
      return;
    }
    const joined = group ?? this.#members.get(backend) ?? usual;
    this.#members.set(backend, joined);
    this.#groups.set(joined, limits);
  }

  /** A drive is gone, or isn't limited any more. A group without drives is forgotten. */
  leave(backend: BlockBackend): void {
    const group = this.#members.get(backend);
    this.#members.delete(backend);
    if (group !== undefined && ![...this.#members.values()].includes(group)) this.#groups.delete(group);
  }
}
