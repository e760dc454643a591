import type { QemuVersionName } from './version-name.ts';

export type { QemuVersionName };

/**
 * The differences between QEMU versions on the wire. Each difference is data or a named rule here; other
 * files don't ask for a version number.
 */
export interface QemuProfile {
  /** Name of the version. */
  readonly name: QemuVersionName | (string & {});
  /** Version numbers, as the greeting and `query-version` give them. */
  readonly version: {
    readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number };
    readonly package: string;
  };
  /** Named rules of behaviour that data can't express, those of the machine among them. */
  readonly rules: QemuRules;
  /** Reads a recorded file of the version, such as `schema.json`. The engine itself doesn't open files. */
  readonly read: VersionReader;
}

/** Gives the text of one recorded file of a version. */
export type VersionReader = (file: string) => string;

/**
 * Behaviour of the monitor that changed between versions, each with a name; learned as the machine's rules
 * are.
 */
export interface QemuRules {
  /**
   * `batch`: a JSON value is parsed when its brackets balance. `push`: an error comes at the bad token, with
   * line and column, and the rest of that value is swallowed.
   */
  readonly jsonParser: 'batch' | 'push';
  /** `stop` and `cont` act on a suspended guest. */
  readonly stopsWhileSuspended: boolean;
  /** `query-status` has the member `singlestep`. */
  readonly statusHasSinglestep: boolean;
}
