import { parseVersionFile, checkFolder } from './check-folder.ts';
import type { ProfileFile } from './data-format.ts';
import { findVersion, readVersionFile, type VersionFolder } from './version-folders.ts';
import { schemaOf, type Schema } from '../engine/schema/schema.ts';
import type { QemuProfile, QemuRules, QemuVersionName } from '../engine/profile.ts';

/** By path: a version has one profile, whatever it is called by. */
const loaded = new Map<string, QemuProfile>();

/**
 * What a QEMU version is and how it behaves. Read at the first call, then kept for the life of the process.
 *
 * @param name one that {@link knownVersions} lists, or the path of a folder that `qmp-mock learn` wrote (with a `/` in it,
 *   relative to the working directory); the newest known one by default.
 * @throws QemuVersionError (a `RangeError`) for a version that is not there, and for a folder that is broken or was written by
 *   another version of this package; the message says what to do.
 * @example
 * loadProfile('7.2').rules.statusHasSinglestep // true
 * loadProfile('./qemu-8.2').name // '8.2'
 */
export function loadProfile(name?: QemuVersionName | (string & {})): QemuProfile {
  const folder = findVersion(name);
  let profile = loaded.get(folder.path);
  if (!profile) {
    if (!folder.own) checkFolder(folder);
    profile = readProfile(folder);
    loaded.set(folder.path, profile);
  }
  return profile;
}

/** The profile in a folder that {@link loadProfile} has looked at before, maybe in another process. */
export function readProfile(folder: VersionFolder): QemuProfile {
  const { version } = parseVersionFile(folder, 'profile.json') as ProfileFile;
  return deepFreeze({
    name: `${version.qemu.major}.${version.qemu.minor}`,
    version,
    rules: parseVersionFile(folder, 'rules.json') as QemuRules,
    read: (file: string) => readVersionFile(folder, file),
  });
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
