import { resolve } from 'node:path';

/** Value of an option, with one dash or two; the last one where there are several. */
export function findOption(argv: readonly string[], name: string): string | undefined {
  const wanted = name.replace(/^--?/, '');
  const at = argv.findLastIndex((argument) => argument === `-${wanted}` || argument === `--${wanted}`);
  return at < 0 ? undefined : argv[at + 1];
}

/** Path that `-pidfile` names. */
export function pidFilePath(argv: readonly string[], cwd: string): string | undefined {
  const path = findOption(argv, 'pidfile');
  return path === undefined ? undefined : resolve(cwd, path);
}

/** Whether a command line only asks for the version. */
export function asksForVersion(argv: readonly string[]): boolean {
  return argv.some((argument) => /^--?version$/.test(argument));
}
