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
  /** A mirror to a disk that is all zeros copies only what its source has itself. */
  readonly skipsZeros: boolean;
  /** How often other jobs stand still before a backup is looked at. */
  readonly backupDrains: number;
  /** How often jobs stand still at the end of the machine. */
  readonly endDrains: number;
  /** How `info snapshots` prints its tables. */
  readonly snapshotTable: 'narrow' | 'wide';
  /**
   * A snapshot of all disks forgets nodes that no drive has, unless they came after the newest node that a
   * drive has.
   */
  readonly losesNodes: boolean;
  /** How often a machine's memory is passed through when it is saved into a snapshot, as events tell. */
  readonly snapshotPasses: number;
  /** Refusal of a persistent bitmap on a node that is read only; `%` is the node. Empty: it's taken. */
  readonly readOnlyBitmap: string;
}
