import { loadProfile } from '../../version/load-profile.ts';
import { QemuVersionError } from '../../version/version-error.ts';
import { UsageError } from './usage-error.ts';

/**
 * Checks the version that an option was given: a known version, or a folder.
 *
 * @throws UsageError with the option, the fault of its value, and the way to get another version.
 */
export function checkVersion(option: string, version: string): string {
  try {
    loadProfile(version);
  } catch (error) {
    if (!(error instanceof QemuVersionError)) throw error;
    throw new UsageError(`${option} ${version}: ${error.message}`);
  }
  return version;
}
