import { execFileSync } from 'node:child_process';
import { QemuVersionError } from './version-error.ts';
import { knownVersions } from './version-folders.ts';

/** How long a QEMU may take to print its version, in ms. */
const PATIENCE = 15_000;

const found = new Map<string, string>();

/**
 * Version of the QEMU that would be started, as {@link knownVersions} names it: the program is asked once, then it's remembered.
 *
 * @param binary - Program to ask. Default: `QMP_QEMU_BINARY`, else `qemu-system-x86_64` on `PATH`.
 * @throws QemuVersionError if there is no such program, or no data of its version, with how to get it.
 * @example
 * installedVersion() // '7.2'
 */
export function installedVersion(binary: string = defaultBinary()): string {
  let version = found.get(binary);
  if (version === undefined) found.set(binary, (version = ask(binary)));
  return version;
}

function defaultBinary(): string {
  return process.env['QMP_QEMU_BINARY'] || 'qemu-system-x86_64';
}

function ask(binary: string): string {
  let output: string;
  try {
    output = execFileSync(binary, ['--version'], {
      encoding: 'utf8',
      timeout: PATIENCE,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (cause) {
    throw new QemuVersionError(
      `The version 'installed' is that of ${binary}, which does not tell it: ${(cause as Error).message}. ` +
        'Name a version instead, or another program by QMP_QEMU_BINARY',
      { cause },
    );
  }
  const [, version] = /\bversion (\d+\.\d+)/.exec(output) ?? [];
  if (version !== undefined && knownVersions().includes(version)) return version;
  const [line = ''] = output.split('\n');
  throw new QemuVersionError(
    `No data of the installed QEMU (${binary}: ${line}): this package can be ${knownVersions().join(', ')}. ` +
      `To learn this one: npx qmp-mock learn ${binary}`,
  );
}
