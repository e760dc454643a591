import { dataFile, knownVersions } from './version-folders.ts';
import type { QemuProfile, QemuVersionName } from '../../engine/profile.ts';

const loaded = new Map<string, QemuProfile>();

/**
 * What a QEMU version is and how it behaves. Read at the first call, then kept for the life of the process.
 *
 * @param name `7.2`, `10.0`, `11.1` or whatever else {@link knownVersions} lists; the newest by default.
 * @throws `RangeError` for a version that this package has no data of; the message names those it has.
 * @example
 * loadProfile('7.2').rules.statusHasSinglestep // true
 */
export function loadProfile(name: QemuVersionName | (string & {}) = knownVersions().at(-1)!): QemuProfile {
  let profile = loaded.get(name);
  if (!profile) {
    const data: Omit<QemuProfile, 'name'> = JSON.parse(dataFile(name, 'profile.json'));
    profile = deepFreeze({ name, ...data });
    loaded.set(name, profile);
  }
  return profile;
}

/** One profile serves every mock of the process: nobody may change it. */
function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
