/** Format number of a version's folder. A folder of another format has to be learned again. */
export const DATA_FORMAT = 1;

/** Processor of the built-in machine, and name of the folder with a version's files. */
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
  'cpu-models.jsonl',
] as const;

/** Optional files of a version: without them its devices aren't modelled. */
export const DEVICE_FILES: readonly string[] = [
  'models.jsonl',
  'boards.jsonl',
  'leaving.jsonl',
  'objects.jsonl',
  'shapes.jsonl',
];

/** Contents of `profile.json`. */
export interface ProfileFile {
  readonly format: number;
  readonly target: string;
  readonly version: {
    readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number };
    readonly package: string;
  };
}
