import { spawnSync } from 'node:child_process';
import { inRepository } from '../lib/repository.ts';
import { UserError } from '../lib/user-error.ts';
import { loadProfile } from '../internals/engine.ts';
import { versionIn, type Program } from '../internals/qemu-driver.ts';
import type { VersionName } from '../lib/versions.ts';

export type { Program };

/**
 * A QEMU, or another program that tells its version as QEMU does.
 *
 * @throws UserError if it cannot be run, or tells no version.
 */
export function programAt(file: string): Program {
  const { stdout, error } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 60_000 });
  if (error !== undefined) throw new UserError(`${file} cannot be run: ${error.message}`);
  const version = versionIn(stdout);
  if (version === undefined) throw new UserError(`${file} --version tells no version: ${stdout.trim()}`);
  return { name: `QEMU ${version}`, version, command: [file] };
}

/**
 * The built `fake-qemu` of qmp-mock, as a version, or as the QEMU that `qmp-mock learn` has put into a
 * folder; without a guest, as the QEMUs beside it are.
 */
export function fakeQemu(qemu: VersionName): Program {
  const version = loadProfile(qemu).name;
  return {
    name: `fake-qemu ${version}`,
    version,
    command: [process.execPath, inRepository('packages/qmp-mock/dist/fake-qemu.cjs')],
    env: { FAKE_QEMU_VERSION: qemu, FAKE_QEMU_GUEST: 'none' },
  };
}
