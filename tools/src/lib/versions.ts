import { compareVersions, findVersion, knownVersions } from '../internals/versions.ts';

/** A version of QEMU, as its folder in qmp-mock's data is called: `major.minor`. */
export type VersionName = string;

/** The folder of what was recorded of a version. */
export function dataFolder(version: VersionName): string {
  return findVersion(version).path;
}

export { compareVersions };

/** Every version that qmp-mock has data of, the oldest first. */
export const recordedVersions: () => readonly VersionName[] = knownVersions;
