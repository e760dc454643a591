/** A program that takes QEMU's command line: a QEMU, or what stands in for one. */
export interface Program {
  /** For people: `QEMU 7.2`, `fake-qemu 7.2`. */
  readonly name: string;
  /** The version that it tells, as `major.minor`. */
  readonly version: string;
  /** The file, and what comes before QEMU's own arguments. */
  readonly command: readonly [file: string, ...before: string[]];
  /** Environment variables that it needs besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The version in what a program prints for `--version`, as `major.minor`; `undefined` if there is none in it.
 */
export function versionIn(banner: string): string | undefined {
  return /\bversion (\d+\.\d+)/.exec(banner)?.[1];
}
