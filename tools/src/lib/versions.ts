import { readdirSync } from 'node:fs';
import { inRepository } from './repository.ts';

/** A version of QEMU, as its folder in qmp-mock's data is called: `major.minor`. */
export type VersionName = string;

/** The folder of what was recorded of a version. */
export function dataFolder(version: VersionName): string {
  return inRepository(`packages/qmp-mock/data/${version}`);
}

/** Every version that qmp-mock has data of, the oldest first. */
export function recordedVersions(): VersionName[] {
  return readdirSync(inRepository('packages/qmp-mock/data'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d+\.\d+$/.test(entry.name))
    .map(({ name }) => name)
    .toSorted(compareVersions);
}

/** Order of two versions, for `sort`. */
export function compareVersions(a: VersionName, b: VersionName): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
