/** Number of the format of a version's folder; a folder of another format has to be learned again. */
export const DATA_FORMAT = 1;

/** The processor that the built-in machine has: the folder in which a version's files are. */
export const TARGET = 'x86_64';

/** The files of a version. */
export const DATA_FILES = [
  'profile.json',
  'rules.json',
  'schema.json',
  'refusals.json',
  'queries.json',
  'devices.json',
  'machine.json',
  'types.jsonl',
  'properties.jsonl',
] as const;

/** Contents of `profile.json`. */
export interface ProfileFile {
  readonly format: number;
  readonly target: string;
  readonly version: {
    readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number };
    readonly package: string;
  };
}
