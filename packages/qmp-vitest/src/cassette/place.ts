import { createHash } from 'node:crypto';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** The test that a cassette belongs to. */
export interface CassettePlace {
  /** Absolute path of the test file. */
  readonly file: string;
  /** Names of the suites and of the test, outermost first. */
  readonly names: readonly string[];
}

/** Longest part of a file name that comes from the names of suites and test. */
const NAME_LIMIT = 100;

/**
 * The file of a test's cassette: `__cassettes__/<test file>/<suites and test>.jsonl` beside the test file.
 * Names that differ only in punctuation, capitals or the end of a long name get different digits at their
 * end.
 *
 * @param machine - Name of the machine. The first one, `vm`, isn't part of the file name.
 * @param directory - Directory instead of `__cassettes__`; a relative one is beside the test file.
 */
export function cassettePath(
  { file, names }: CassettePlace,
  machine: string,
  directory: string = '__cassettes__',
): string {
  const parts = machine === 'vm' ? names : [...names, machine];
  const plain = parts.join(' ');
  const slug = plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_LIMIT)
    .replace(/^-|-$/g, '');
  // `a > b c` and `a b > c` are different tests, and so are `A` and `a`.
  const isPlain = parts.length === 1 && slug.replaceAll('-', ' ') === plain;
  const digits = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 6);
  const name = isPlain ? slug : [slug, digits].filter((part) => part !== '').join('-');
  const folder = isAbsolute(directory) ? directory : join(dirname(file), directory);
  return join(folder, basename(file), `${name}.jsonl`);
}
