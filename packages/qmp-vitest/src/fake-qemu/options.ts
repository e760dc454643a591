/** Value of an option, with one dash or two; the last one where there are several. */
export function findOption(argv: readonly string[], name: string): string | undefined {
  const wanted = name.replace(/^--?/, '');
  const at = argv.findLastIndex((argument) => argument === `-${wanted}` || argument === `--${wanted}`);
  return at < 0 ? undefined : argv[at + 1];
}
