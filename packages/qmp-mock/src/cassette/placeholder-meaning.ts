import type { Meaning } from './placeholder-scan.ts';

/** Characters that end a name. */
const ENDS: ReadonlySet<string> = new Set(' \t\r\n\f\v\u00a0\u2028\u2029\ufeff/\'",:;<>{}()[]');

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

/**
 * Finds the end of a run of characters. It searches only once, because each question is about a later place
 * than the last.
 */
function runOf(belongs: (character: string) => boolean): (text: string, from: number) => number {
  let known = { text: '', from: 0, end: 0 };
  return (text, from) => {
    if (known.text === text && from >= known.from && from < known.end) return known.end;
    let end = from;
    while (end < text.length && belongs(text[end] as string)) end++;
    known = { text, from, end };
    return end;
  };
}

/** The kinds of devices that QEMU names by itself: `#block123`. */
const BLOCKS: readonly string[] = ['#block', '#chr', '#net', '#qdev'];

/**
 * Gives the meanings of placeholders, for one text.
 *
 * @param roots - Directories of temporary files, longest first.
 */
export function meanings(roots: readonly string[]): (name: string) => Meaning {
  const nameEnd = runOf((character) => !ENDS.has(character));
  const digitsEnd = runOf(isDigit);
  const oneOrMore =
    (end: (text: string, from: number) => number): Meaning =>
    (text, from) => {
      const most = end(text, from);
      return most > from ? { least: from + 1, most } : undefined;
    };
  const behind =
    (heads: readonly string[], rest: Meaning): Meaning =>
    (text, from) => {
      const head = heads.find((one) => text.startsWith(one, from));
      return head === undefined ? undefined : rest(text, from + head.length);
    };
  const name = oneOrMore(nameEnd);
  const port = oneOrMore(digitsEnd);
  const block = behind(BLOCKS, port);
  const temporary = behind(
    roots.map((root) => `${root}/`),
    name,
  );
  const anything: Meaning = (text, from) => ({ least: from, most: text.length });
  return (placeholder) => {
    if (placeholder === 'redacted') return anything;
    if (/^tmp\d+$/.test(placeholder)) return temporary;
    if (/^block\d+$/.test(placeholder)) return block;
    return /^port\d+$/.test(placeholder) ? port : name;
  };
}
