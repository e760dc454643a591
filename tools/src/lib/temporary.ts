import { dirSync } from 'tmp-promise';
import { onTestFinished } from 'vitest';

/**
 * Makes a directory of the running test. It goes with everything in it when the test is over.
 *
 * @param prefix - Beginning of its name. Keep it short, because paths of UNIX sockets are limited.
 */
export function temporaryDirectory(prefix: string = 'qmp-'): string {
  const { name, removeCallback } = dirSync({ template: `${prefix}XXXXXX`, unsafeCleanup: true });
  onTestFinished(() => removeCallback());
  return name;
}
