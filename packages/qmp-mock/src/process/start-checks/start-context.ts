import type { QemuProfile } from '../../engine/profile.ts';
import type { GivenOption } from '../../machine/machine-options.ts';
import type { HostFiles } from '../host.ts';

/** Input of the checks of a start. */
export interface StartContext {
  /** All options, in their order. */
  readonly given: readonly GivenOption[];
  readonly profile: QemuProfile;
  /** The machine's type, as `-machine` gives it. */
  readonly machine: string;
  readonly file: Pick<HostFiles, 'assertOpens'>;
}
