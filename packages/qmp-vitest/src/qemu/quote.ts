/**
 * Quotes a value for one of QEMU's comma-separated options: a comma is doubled (`qemu.1`, "Device options";
 * `qemu_opts_parse` in `util/qemu-option.c`).
 *
 * @example
 * `socket,id=qmp,path=${quoteOption(path)}`
 */
export function quoteOption(value: string): string {
  return value.replaceAll(',', ',,');
}

/** Words that a POSIX shell doesn't change. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Quotes one word for a POSIX shell. */
export function quoteWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Quotes a command line for a POSIX shell, ready to paste.
 *
 * @param env - Variables to set (or to unset, if `undefined`) for this command only.
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
