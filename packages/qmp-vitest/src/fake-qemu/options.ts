/** Finds the value of an option, with one dash or two. The last one counts if there are several. */
export function findOption(argv: readonly string[], name: string): string | undefined {
  return findOptions(argv, name).at(-1);
}

/** Finds the values of an option, in order. */
export function findOptions(argv: readonly string[], name: string): readonly string[] {
  return placesOf(argv, name).flatMap((at) => argv[at + 1] ?? []);
}

/** Whether an option is there, with a value or without. */
export function hasOption(argv: readonly string[], name: string): boolean {
  return placesOf(argv, name).length > 0;
}

function placesOf(argv: readonly string[], name: string): readonly number[] {
  const wanted = name.replace(/^--?/, '');
  return argv.flatMap((argument, at) =>
    argument === `-${wanted}` || argument === `--${wanted}` ? [at] : [],
  );
}
