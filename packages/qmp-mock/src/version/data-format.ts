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
  'machine.json',
  'types.jsonl',
  'properties.jsonl',
] as const;

/** Files of a version that needn't be there: without them its devices are not modelled. */
export const DEVICE_FILES: readonly string[] = ['models.jsonl', 'boards.jsonl'];

/** Contents of `profile.json`. */
export interface ProfileFile {
  readonly format: number;
  readonly target: string;
  readonly version: {
    readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number };
    readonly package: string;
  };
}
