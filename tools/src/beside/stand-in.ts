import { UserError } from '../lib/user-error.ts';
import { recordedVersions, type VersionName } from '../lib/versions.ts';
import { fakeQemu, type Program } from '../qemu/program.ts';

/** How `--fake` is described in the help of every command that has it. */
export const FAKE_HELP =
  'the stand-in as a command, split at spaces; @VERSION@ in it is the version. Default: fake-qemu of this workspace';

/** The stand-in for a QEMU of that version. */
export function standIn(version: VersionName, command?: string): Program {
  if (command === undefined) {
    if (recordedVersions().includes(version)) return fakeQemu(version);
    throw new UserError(`nothing is recorded of QEMU ${version}; there is ${recordedVersions().join(', ')}`);
  }
  const [file = '', ...before] = command.replaceAll('@VERSION@', version).split(' ').filter(Boolean);
  return { name: `the stand-in for QEMU ${version}`, version, command: [file, ...before] };
}
