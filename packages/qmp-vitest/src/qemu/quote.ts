/**
 * A value inside one of QEMU's comma-separated options: a comma is written twice (`qemu.1`, "Device options";
 * `qemu_opts_parse` in `util/qemu-option.c`).
 *
 * @example
 * `socket,id=qmp,path=${quoteOption(path)}`
 */
export function quoteOption(value: string): string {
  return value.replaceAll(',', ',,');
}

/** Words that no POSIX shell changes. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word, quoted for a POSIX shell. */
export function quoteWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command line, quoted for a POSIX shell, ready to paste.
 *
 * @param env variables to set (or, where `undefined`, to unset) for the command alone
 */
export function quoteCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): string {
  const entries = Object.entries(env);
  const unset = entries.filter(([, value]) => value === undefined).map(([name]) => `-u ${quoteWord(name)}`);
  const set = entries.flatMap(([name, value]) =>
    value === undefined ? [] : [quoteWord(`${name}=${value}`)],
  );
  const prefix = entries.length === 0 ? [] : ['env', ...unset, ...set];
  return [...prefix, ...argv.map(quoteWord)].join(' ');
}
