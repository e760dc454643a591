/**
 * The versions that tests are about: found by how they behave, so that no test depends on which versions
 * there are.
 */
import type { QemuRules } from '../../src/engine/profile.ts';
import type { MachineRules } from '../../src/machine/machine-rules.ts';
import { loadProfile } from '../../src/version/load-profile.ts';
import { knownVersions } from '../../src/version/version-folders.ts';

/** The versions, and the first and the last of them. */
export const VERSIONS: readonly string[] = knownVersions();
export const OLDEST: string = VERSIONS[0]!;
export const NEWEST: string = VERSIONS.at(-1)!;

/** Every rule of a version. */
export function rulesOf(version: string): QemuRules & MachineRules {
  return loadProfile(version).rules as QemuRules & MachineRules;
}

/** The versions whose rules are so, the oldest first: there may be none, and then there's nothing to test. */
export function versionsWhere(fits: (rules: QemuRules & MachineRules) => boolean): string[] {
  return VERSIONS.filter((version) => fits(rulesOf(version)));
}
