import { loadProfile } from '../../version/load-profile.ts';
import { QemuVersionError } from '../../version/version-error.ts';
import { UsageError } from './usage-error.ts';

/**
 * The version that an option was given, if there is such a version or a folder of one.
 *
 * @throws UsageError with the option, what is wrong with its value, and how to come by another version
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
