import type { QDict } from '../../engine/json/value.ts';

/** A drive that `-drive`, or a short form of it, asks for. */
export interface ColdDrive {
  /** Its id, as it was given, or as QEMU makes it up. */
  readonly id: string;
  /** The kind of controller that it is for: `none`, `ide`, `virtio`. */
  readonly bus: string;
  readonly media: 'disk' | 'cdrom';
  /** Its place: bus and unit. */
  readonly index: readonly [bus: number, unit: number];
  /** Whether it has no medium. */
  readonly empty: boolean;
  /** File name of the medium. */
  readonly filename: string | undefined;
  /** Options of the node that it opens, as those of `blockdev-add`. */
  readonly options: QDict;
  readonly writeCache: boolean;
  /** Limits of requests by their names in throttle groups: `bps-total`. */
  readonly limits: ReadonlyMap<string, number>;
  /** Throttle group. */
  readonly group: string | undefined;
  /** Actions on errors, as far as they were given. */
  readonly onErrors: { readonly write: string | undefined; readonly read: string | undefined };
  /** Whether what is written is forgotten at the end (`-snapshot`). */
  readonly isTemporary: boolean;
  readonly copiesOnRead: boolean;
  readonly detectZeroes: string;
}

/** Reads what lines of the human monitor describe as `-drive` and `-blockdev` do. */
export interface HotDrives {
  /**
   * A drive.
   *
   * @param isThere - Tells whether there is a drive of that id.
   * @throws QmpCommandError in QEMU's words.
   */
  drive(argument: string, isThere: (id: string) => boolean): ColdDrive;
  /** Options of a node. */
  node(argument: string): QDict;
}
