import { dataFile, knownVersions } from './version-folders.ts';
import { schemaOf, type Schema } from '../engine/schema/schema.ts';
import type { QemuProfile, QemuVersionName } from '../engine/profile.ts';

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
    const data: Omit<QemuProfile, 'name' | 'read'> = JSON.parse(dataFile(name, 'profile.json'));
    profile = deepFreeze({ name, ...data, read: (file: string) => dataFile(name, file) });
    loaded.set(name, profile);
  }
  return profile;
}

/** The introspection schema of a version, by its name; see {@link loadProfile}. */
export function loadSchema(name: QemuVersionName | (string & {})): Schema {
  return schemaOf(loadProfile(name));
}

/** One profile serves every mock of the process: nobody may change it. */
function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
