import { optionError } from 'qmp-core/internal';

/** A version of QEMU. Development versions have a `micro` of 50 and up, release candidates of 90 and up. */
export interface QemuVersion {
  readonly major: number;
  readonly minor: number;
  readonly micro: number;
  /** The distributor's version, for example `Debian 1:7.2+dfsg-7`; empty in a build from upstream sources. */
  readonly package: string;
}

/** The version as people write it: `7.2.22`. */
export function formatVersion({ major, minor, micro }: QemuVersion): string {
  return `${major}.${minor}.${micro}`;
}

/**
 * Reads the first line of `--version`, of `qemu-system-*` as well as of `qemu-storage-daemon`.
 *
 * @returns The version, or `undefined` if the output doesn't have one.
 */
export function parseVersionOutput(output: string): QemuVersion | undefined {
  const found = /\bversion (\d+)\.(\d+)(?:\.(\d+))?\S*(?: \((.*)\))?/.exec(output);
  if (found === null) return undefined;
  const [, major, minor, micro = '0', packager = ''] = found;
  return { major: Number(major), minor: Number(minor), micro: Number(micro), package: packager };
}

/**
 * Whether a version is in a range: comparisons with `>=`, `>`, `<=`, `<`, `=` or no operator, all of which
 * must hold. Only the numbers that are written are compared: `<=8.2` and `8.2` include 8.2.3.
 *
 * @throws QmpOptionError if the range is invalid.
 * @example
 * satisfies(version, '>=8.2')
 * satisfies(version, '>=7.2 <10')
 */
export function satisfies(version: QemuVersion, range: string): boolean {
  const terms = range
    .trim()
    .replace(/(?<=[<>=])\s+/g, '')
    .split(/\s+/);
  return terms.every((term) => holds(version, term, range));
}

function holds(version: QemuVersion, term: string, range: string): boolean {
  const found = /^(>=|<=|>|<|=)?v?(\d+(?:\.\d+){0,2})$/.exec(term);
  if (found === null) {
    throw optionError('version', "a range such as '>=8.2' or '>=7.2 <10'", range);
  }
  const [, operator = '=', text = ''] = found;
  const order = compare([version.major, version.minor, version.micro], text.split('.').map(Number));
  if (operator === '>=') return order >= 0;
  if (operator === '<=') return order <= 0;
  if (operator === '>') return order > 0;
  if (operator === '<') return order < 0;
  return order === 0;
}

/** Compares as many numbers as `want` has. */
function compare(have: readonly number[], want: readonly number[]): number {
  for (const [index, part] of want.entries()) {
    const difference = (have[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
