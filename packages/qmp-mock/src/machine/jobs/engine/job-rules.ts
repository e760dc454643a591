/** Differences between versions in jobs, transactions and dirty bitmaps. */
export interface JobRules {
  /** Refusal of a group of actions one of which starts no job; `%` is that action. */
  readonly notInGroup: string;
  /** Actions that can be in a group. */
  readonly inGroup: readonly string[];
  /** The last action of a transaction is committed first. */
  readonly lastFirst: boolean;
  /** A job that fails before it writes does so before the reply to its command. */
  readonly failsAtOnce: boolean;
  /** `query-block-jobs` tells of a mirror whether writes go to both disks at once. */
  readonly tellsActive: boolean;
  /** Refusal of a persistent bitmap on a node that is read only; `%` is the node. Empty: it's taken. */
  readonly readOnlyBitmap: string;
}
