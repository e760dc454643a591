import type { QemuProfile } from '../profile/profile.ts';
import type { MachineCommand } from './command.ts';
import type { MachineHost } from './machine-host.ts';
import type { MachineOptions } from './machine-options.ts';

/** The built-in virtual machine behind a mock's monitors: run states, queries, and the commands that need no device. */
export class Machine {
  /** The QEMU version that it is. */
  readonly profile: QemuProfile;
  /** The program around it. */
  readonly host: MachineHost;

  constructor(profile: QemuProfile, host: MachineHost, _options: MachineOptions = {}) {
    this.profile = profile;
    this.host = host;
  }

  /** The command of that name, or `undefined` where the machine does not model it. */
  command(_name: string): MachineCommand | undefined {
    return undefined;
  }

  /** Why a command may not run now (`-preconfig`, `-compat`), or `undefined` where it may. */
  forbid(_name: string): { class: string; desc: string } | undefined {
    return undefined;
  }
}
