import { knownVersions } from '../internals/versions.ts';
import { inRepository } from './repository.ts';

/** A version of QEMU, as its folder in qmp-mock's data is called: `major.minor`. */
export type VersionName = string;

/** The folder of what was recorded of a version. */
export function dataFolder(version: VersionName): string {
  return inRepository(`packages/qmp-mock/data/${version}`);
}

/** Every version that qmp-mock has data of, the oldest first. */
export const recordedVersions: () => readonly VersionName[] = knownVersions;

/** The version that a program tells of itself (`--version`), as `major.minor`; `undefined` if there is none in it. */
export function versionIn(banner: string): VersionName | undefined {
  return /\bversion (\d+\.\d+)/.exec(banner)?.[1];
}
