/** Finds the value of an option, with one dash or two. The last one counts if there are several. */
export function findOption(argv: readonly string[], name: string): string | undefined {
  const wanted = name.replace(/^--?/, '');
  const at = argv.findLastIndex((argument) => argument === `-${wanted}` || argument === `--${wanted}`);
  return at < 0 ? undefined : argv[at + 1];
}
