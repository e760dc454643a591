import type { QemuProfile } from '../../engine/profile.ts';
import type { HostFiles } from '../host-files.ts';
import type { StartOption } from './start-option.ts';

/** Everything that an option's argument is held against as soon as it is read. */
export interface ArgumentContext {
  readonly profile: QemuProfile;
  readonly files: Pick<HostFiles, 'whyNotReadable'>;
  /** Options before this one. */
  readonly before: readonly StartOption[];
  /** Prints a line on standard error, at the place of the option. */
  readonly warn: (text: string) => void;
}
