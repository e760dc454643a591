import type { QemuProfile } from '../../engine/profile.ts';
import type { Consent } from '../guest/consent.ts';
import type { MachineHost } from '../machine-host.ts';
import type { GivenOption, MachineOptions } from '../machine-options.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Recording } from '../recording.ts';
import type { Power } from '../run-state/power.ts';
import type { RunningTime } from '../run-state/running-time.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';

/** The command line of a machine without one. */
const NO_DEFAULTS: readonly GivenOption[] = [{ name: 'nodefaults', argument: '' }];

/** Options of the command line, in their order. */
export const givenOptions = ({ given }: Pick<MachineOptions, 'given'>): readonly GivenOption[] =>
  given ?? NO_DEFAULTS;

/** Things that every assembly of a machine builds on. */
export interface AssemblyContext {
  readonly profile: QemuProfile;
  readonly rules: MachineRules;
  readonly options: Readonly<MachineOptions>;
  /** Options of the command line, in their order. */
  readonly given: readonly GivenOption[];
  readonly host: MachineHost;
  readonly board: Board;
  readonly setup: Setup;
  readonly recording: Recording;
  readonly power: Power;
  readonly consent: Consent;
  /** How long the guest has run. */
  readonly runningTime: RunningTime;
  readonly emit: (event: string, data?: Record<string, unknown>) => void;
  /** Does something now, or once the reply is out of the command that runs. */
  readonly later: (action: () => void) => void;
}

/** Functions of the host for files, each bound to it. */
export interface FileAccess {
  readonly whyNotWritable: (path: string) => string | undefined;
  readonly writeFile: ((path: string, bytes: Uint8Array) => void) | undefined;
  readonly whyNotOpened: ((path: string) => string | undefined) | undefined;
}

/** The host's functions for files. */
export function fileAccess(host: MachineHost): FileAccess {
  return {
    whyNotWritable: (path) => host.whyNotWritable?.(path),
    writeFile: host.writeFile?.bind(host),
    whyNotOpened: host.whyNotOpened?.bind(host),
  };
}
