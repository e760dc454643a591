import type { MachineRules } from '../machine-rules.ts';
import type { WhyNotBound } from './host-ports.ts';

/** Context in which a network backend is made. */
export interface BackendContext {
  readonly rules: Pick<MachineRules, 'tapConflicts'>;
  /** QEMU's name for the kind of a chardev, or `undefined` if there isn't one. */
  readonly chardevKind: (id: string) => string | undefined;
  /** Whether a monitor was passed a descriptor with that name; left out if no monitor asks. */
  readonly hasDescriptor?: ((name: string) => boolean) | undefined;
  /** Whether another network client is there that a port of a hub could be connected to. */
  readonly hasClient: (name: string) => boolean;
  /**
   * Reason why a file could not be opened, or `undefined` if it could; left out if the program can't look.
   */
  readonly whyNotOpened: ((path: string) => string | undefined) | undefined;
  /**
   * Reason why a file could not be written, or `undefined` if it could; left out if the program can't look.
   */
  readonly whyNotWritable?: ((path: string) => string | undefined) | undefined;
  /** Reason why a port of the host can't be had; left out if nobody has looked. */
  readonly whyNotBound?: WhyNotBound | undefined;
}
