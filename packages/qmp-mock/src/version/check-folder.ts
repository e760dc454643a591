import { DATA_FILES, DATA_FORMAT, TARGET, type ProfileFile } from './data-format.ts';
import { QemuVersionError } from './version-error.ts';
import { findVersion, howToLearn, readVersionFile, type VersionFolder } from './version-folders.ts';

/** The parsed contents of a file of a version. */
export function parseVersionFile(folder: VersionFolder, file: string): unknown {
  const text = readVersionFile(folder, file);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw broken(folder, `${file} is not JSON: ${(error as Error).message}`);
  }
}

/**
 * Checks a folder before it is used: every file must exist, be JSON of this format, and have every rule that
 * the package's own versions have, of the same kind.
 *
 * @throws QemuVersionError that says what is wrong.
 */
export function checkFolder(folder: VersionFolder): void {
  const profile = parseVersionFile(folder, 'profile.json') as Partial<ProfileFile> | null;
  if (profile?.format !== DATA_FORMAT)
    throw broken(
      folder,
      `it has format ${String(profile?.format)}, but this qmp-mock takes format ${DATA_FORMAT}`,
    );
  if (profile.target !== TARGET) {
    throw broken(
      folder,
      `it is for a QEMU for ${String(profile.target)}, but the mock's machine is ${TARGET}`,
    );
  }
  const { major, minor, micro } = profile.version?.qemu ?? {};
  if (![major, minor, micro].every(Number.isInteger) || typeof profile.version?.package !== 'string')
    throw broken(folder, 'profile.json has no version');
  for (const file of DATA_FILES) {
    if (!file.endsWith('.json')) {
      if (readVersionFile(folder, file) === '') throw broken(folder, `${file} is empty`);
      continue;
    }
    const contents = parseVersionFile(folder, file);
    if (typeof contents !== 'object' || contents === null)
      throw broken(folder, `${file} has the wrong contents`);
  }
  const rules = parseVersionFile(folder, 'rules.json') as Record<string, unknown>;
  const ours = parseVersionFile(findVersion(), 'rules.json') as object;
  for (const [name, rule] of Object.entries(ours)) {
    if (kindOf(rules[name]) !== kindOf(rule))
      throw broken(folder, `rules.json has no rule ${name} as it is known here`);
  }
  // It is read by lines, so nobody may have formatted it.
  if (!/^"pc": \{$/m.test(readVersionFile(folder, 'queries.json')))
    throw broken(folder, 'queries.json has no section "pc" on a line of its own');
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;

function broken({ path }: VersionFolder, what: string): QemuVersionError {
  return new QemuVersionError(`${path} cannot be used: ${what}. ${howToLearn(path)}`);
}
