import type { MachineRules } from '../machine-rules.ts';

/** Context in which a network backend is made. */
export interface BackendContext {
  readonly rules: Pick<MachineRules, 'tapConflicts'>;
  /** QEMU's name for the kind of a chardev, or `undefined` if there isn't one. */
  readonly chardevKind: (id: string) => string | undefined;
  /** Whether a monitor was passed a descriptor of that name; left out if no monitor asks. */
  readonly hasDescriptor?: ((name: string) => boolean) | undefined;
  /** Whether another network client is there that a port of a hub could be connected to. */
  readonly hasClient: (name: string) => boolean;
  /**
   * Reason why a file could not be opened, or `undefined` if it could; left out if the program can't look.
   */
  readonly whyNotOpened: ((path: string) => string | undefined) | undefined;
}
