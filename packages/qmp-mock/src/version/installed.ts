import { execFileSync } from 'node:child_process';
import { QemuVersionError } from './version-error.ts';
import { knownVersions } from './version-folders.ts';

/** Time in ms that a QEMU may take to print its version. */
const PATIENCE = 15_000;

const found = new Map<string, string>();

/**
 * Gives the version of the installed QEMU, as {@link knownVersions} names it. It asks each program once and
 * remembers the answer.
 *
 * @param binary - Program to ask. Default: `QMP_QEMU_BINARY`, else `qemu-system-x86_64` on `PATH`.
 * @throws QemuVersionError if the program or the data of its version is missing, with a hint how to get it.
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
      `The version 'installed' is that of ${binary}, which does not print it: ${(cause as Error).message}. ` +
        'Name a version instead, or another program by QMP_QEMU_BINARY',
      { cause },
    );
  }
  const [, version] = /\bversion (\d+\.\d+)/.exec(output) ?? [];
  if (version !== undefined && knownVersions().includes(version)) return version;
  const [line = ''] = output.split('\n');
  throw new QemuVersionError(
    `This package has no data of the installed QEMU (${binary}: ${line}): it has ${knownVersions().join(', ')}. ` +
      `To learn this one: npx qmp-mock learn ${binary}`,
  );
}
