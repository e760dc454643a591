import { readFileSync, readdirSync } from 'node:fs';

/** One folder per QEMU version, written by the capture script; beside `src` and `dist` alike. */
const folder = new URL('../../data/', import.meta.url);

let versions: readonly string[] | undefined;

/**
 * The QEMU versions that this package has data of, oldest first.
 *
 * @example
 * knownVersions() // ['7.2', '10.0', '11.1']
 */
export function knownVersions(): readonly string[] {
  versions ??= readdirSync(folder)
    .filter((name) => /^\d+\.\d+$/.test(name))
    .toSorted((a, b) => major(a) - major(b) || minor(a) - minor(b));
  return versions;
}

const major = (version: string): number => Number(version.split('.')[0]);
const minor = (version: string): number => Number(version.split('.')[1]);

/**
 * Text of a recorded file of a version.
 *
 * @throws `RangeError` for a version that this package has no data of; the message names those it has.
 */
export function dataFile(version: string, name: string): string {
  if (!knownVersions().includes(version)) {
    throw new RangeError(
      `No data of QEMU ${JSON.stringify(version)}: this package can be ${knownVersions().join(', ')}`,
    );
  }
  return readFileSync(new URL(`${version}/${name}`, folder), 'utf8');
}
