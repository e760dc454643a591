import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEVICE_FILES, TARGET } from './data-format.ts';
import { QemuVersionError } from './version-error.ts';

/**
 * Directory with a folder per QEMU version, written by `qmp-mock learn`. It is beside both `src` and `dist`.
 */
const own = fileURLToPath(new URL('../../data/', import.meta.url));

/**
 * Lists the QEMU versions that this package has built in, oldest first.
 *
 * @example
 * knownVersions() // ['7.2', '10.0', '11.1']
 */
export function knownVersions(): readonly string[] {
  return readdirSync(own)
    .filter((name) => /^\d+\.\d+$/.test(name))
    .toSorted(compareVersions);
}

/** Orders names of versions (`10.0`, `7.2`) from the oldest to the newest. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/**
 * Finds the newest built-in version that isn't newer than another; the oldest if all are newer.
 *
 * @example
 * nearestVersion('8.2') // '7.2'
 */
export function nearestVersion(name: string): string {
  const known = knownVersions();
  return known.findLast((version) => compareVersions(version, name) <= 0) ?? known[0]!;
}

/** The folder with the files of a version. */
export interface VersionFolder {
  readonly path: string;
  readonly own: boolean;
}

/**
 * Finds a version: one of {@link knownVersions}, or the path of a folder that `qmp-mock learn` wrote. A path
 * has a `/` in it.
 *
 * @param name - Name or path. Default: the newest known version.
 * @throws QemuVersionError if the version or the folder doesn't exist.
 *
 * @example
 * findVersion('10.0').own // true: the package has it built in
 */
export function findVersion(name: string = knownVersions().at(-1)!): VersionFolder {
  if (knownVersions().includes(name)) return { path: join(own, name, TARGET), own: true };
  if (!/[/\\]/.test(name)) throw new QemuVersionError(unknown(name));
  const folder = resolve(name);
  for (const path of [join(folder, TARGET), folder]) {
    if (existsSync(join(path, 'profile.json'))) return { path, own: false };
  }
  const there = existsSync(folder) ? `has no ${TARGET}/profile.json` : 'is not there';
  throw new QemuVersionError(`${folder} ${there}. ${howToLearn(name)}`);
}

/** Reads a file of a version; empty for a missing optional one. */
export function readVersionFile(folder: VersionFolder, file: string): string {
  if (DEVICE_FILES.includes(file) && !existsSync(join(folder.path, file))) return '';
  try {
    return readFileSync(join(folder.path, file), 'utf8');
  } catch (error) {
    throw new QemuVersionError(`${(error as Error).message}. ${howToLearn(folder.path)}`, { cause: error });
  }
}

/** Says how to learn a folder. */
export function howToLearn(folder: string): string {
  return `Write such a folder with: npx qmp-mock learn --out ${folder} -- PATH-TO-QEMU`;
}

function unknown(name: string): string {
  const known = knownVersions().join(', ');
  const said = `Expected \`qemu\` to be ${known} or 'installed', got ${JSON.stringify(name)}`;
  if (existsSync(join(name, TARGET))) return `${said}; give the folder as ./${name}`;
  const folder = /^\d+\.\d+$/.test(name) ? `./qemu-${name}` : './qemu';
  return (
    `${said}. Another version is learned from its binary: ` +
    `npx qmp-mock learn --out ${folder} -- PATH-TO-QEMU, and then ${JSON.stringify(folder)} in place of ${JSON.stringify(name)}`
  );
}
