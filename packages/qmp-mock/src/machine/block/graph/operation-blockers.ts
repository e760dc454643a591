/** An operation on a node that a job, a device or another node can forbid (`BlockOpType`). */
export type BlockOperation =
  | 'backup-source'
  | 'backup-target'
  | 'change'
  | 'commit-source'
  | 'commit-target'
  | 'dataplane'
  | 'drive-del'
  | 'eject'
  | 'external-snapshot'
  | 'internal-snapshot'
  | 'internal-snapshot-delete'
  | 'mirror-source'
  | 'mirror-target'
  | 'resize'
  | 'stream'
  | 'replace';

interface Blocker {
  readonly operations: ReadonlySet<BlockOperation> | 'all';
  readonly except: ReadonlySet<BlockOperation>;
  readonly reason: string;
}

/** Operations on a node that somebody forbids (`bdrv_op_block`). */
export class OperationBlockers {
  readonly #blockers = new Set<Blocker>();

  /** Forbids operations. Gives a function that allows them again. */
  add(
    operations: readonly BlockOperation[] | 'all',
    reason: string,
    except: readonly BlockOperation[],
  ): () => void {
    const blocker: Blocker = {
      operations: operations === 'all' ? operations : new Set(operations),
      except: new Set(except),
      reason,
    };
    this.#blockers.add(blocker);
    return () => void this.#blockers.delete(blocker);
  }

  /** Reason why an operation is forbidden, or `undefined`. The newest blocker is looked at first. */
  whyNot(operation: BlockOperation): string | undefined {
    return [...this.#blockers]
      .toReversed()
      .find(
        ({ operations, except }) =>
          (operations === 'all' || operations.has(operation)) && !except.has(operation),
      )?.reason;
  }
}
