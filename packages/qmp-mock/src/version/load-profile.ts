import { parseVersionFile, checkFolder } from './check-folder.ts';
import type { ProfileFile } from './data-format.ts';
import { findVersion, readVersionFile, type VersionFolder } from './version-folders.ts';
import { schemaOf, type Schema } from '../engine/schema/schema.ts';
import type { QemuProfile, QemuRules, QemuVersionName } from '../engine/profile.ts';

/** Profiles by path: a version has one profile, whatever name it is loaded by. */
const loaded = new Map<string, QemuProfile>();

/**
 * Loads the data and behaviour of a QEMU version. It's read at the first call, and kept for the life of the
 * process.
 *
 * @param name - A known version, or the path of a folder that `qmp-mock learn` wrote (with a `/` in it,
 *   relative to the working directory). Default: the newest known version.
 * @throws QemuVersionError (a `QmpOptionError`) for an unknown version, or a folder that is broken or was
 *   written by another version of this package. The message says what to do.
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

/**
 * Reads the profile in a folder that {@link loadProfile} has checked before, maybe in another process.
 *
 * @example
 * const profile = readProfile(findVersion('10.0'))
 */
export function readProfile(folder: VersionFolder): QemuProfile {
  const { version } = parseVersionFile(folder, 'profile.json') as ProfileFile;
  return deepFreeze({
    name: `${version.qemu.major}.${version.qemu.minor}`,
    version,
    rules: parseVersionFile(folder, 'rules.json') as QemuRules,
    read: (file: string) => readVersionFile(folder, file),
  });
}

/** Loads the introspection schema of a version by its name; see {@link loadProfile}. */
export function loadSchema(name: QemuVersionName | (string & {})): Schema {
  return schemaOf(loadProfile(name));
}

/** Freezes a profile, because it serves every mock of the process. */
function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
