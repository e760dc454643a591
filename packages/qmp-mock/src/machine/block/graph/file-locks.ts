import type { ChildPermissions } from './node.ts';
import { genericError } from '../../command.ts';
import { ALL_PERMISSIONS, permissionsIn } from './permission.ts';

/** Locks by file, of all machines in this process. */
const LOCKS = new Map<string, Set<FileLock>>();

/**
 * Lock of an open file: what its user does with the file, and what others may do (`raw_check_lock_bytes` in
 * `block/file-posix.c`). It holds against other machines of this process, but not against other processes:
 * Node can't lock files.
 */
export class FileLock {
  readonly #others: Set<FileLock>;
  readonly #identity: string;
  #needs: ChildPermissions = { permissions: 0, shared: ALL_PERMISSIONS };

  /** @param identity - Text that is the same for all names of one file. */
  constructor(identity: string) {
    this.#identity = identity;
    const others = LOCKS.get(identity) ?? new Set();
    LOCKS.set(identity, others);
    this.#others = others;
    others.add(this);
  }

  /** Takes other permissions. Throws QEMU's refusal if another holds what forbids them. */
  take(needs: ChildPermissions): void {
    const added = needs.permissions & ~this.#needs.permissions;
    const withheld = this.#needs.shared & ~needs.shared;
    const others = [...this.#others].filter((other) => other !== this).map((other) => other.#needs);
    if (added !== 0 || withheld !== 0) {
      for (const [bit, name] of permissionsIn(needs.permissions)) {
        if (others.some(({ shared }) => (shared & bit) === 0))
          throw genericError(`Failed to get "${name}" lock`);
      }
      for (const [bit, name] of permissionsIn(ALL_PERMISSIONS & ~needs.shared)) {
        if (others.some(({ permissions }) => (permissions & bit) !== 0)) {
          throw genericError(`Failed to get shared "${name}" lock`);
        }
      }
    }
    this.#needs = needs;
  }

  /** Gives the lock back. */
  close(): void {
    this.#others.delete(this);
    if (this.#others.size === 0) LOCKS.delete(this.#identity);
  }
}
