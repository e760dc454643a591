/** A word of a line that somebody typed. */
export interface Word {
  /** Its text, without quotes. */
  readonly text: string;
  /** Index of its first character in the line. */
  readonly start: number;
}

/** A line that can't be read. The message says what is wrong with it, for the person who typed it. */
export class LineError extends Error {
  static {
    this.prototype.name = 'LineError';
  }
}

const SPACE = /\s/;
const OPENING = '{[';
const CLOSING = '}]';

/**
 * Splits a line into words at white space. Quotes, single or double, keep it; so do brackets, so that JSON
 * needs no quotes around it.
 *
 * @param options.unfinished - Whether a quote or a bracket may be left open, as in a line that is still being
 *   typed. Default: false.
 * @throws LineError if a quote or a bracket is left open.
 * @example
 * splitWords(`device_add id="my disk" opts={"a": 1}`).map(({ text }) => text)
 * // ['device_add', 'id=my disk', 'opts={"a": 1}']
 */
export function splitWords(line: string, options: { unfinished?: boolean | undefined } = {}): Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < line.length) {
    if (SPACE.test(line[at]!)) {
      at += 1;
      continue;
    }
    const word = new WordReader(line, at);
    at = word.read();
    if (word.open !== undefined && options.unfinished !== true) {
      throw new LineError(`The word at column ${word.start + 1} has an open ${word.open}.`);
    }
    words.push({ text: word.text, start: word.start });
  }
  return words;
}

class WordReader {
  text = '';
  readonly start: number;
  /** The quote or bracket that is open. */
  open: string | undefined;
  readonly #line: string;

  constructor(line: string, start: number) {
    this.#line = line;
    this.start = start;
  }

  /** Reads the word and gives the index behind it. */
  read(): number {
    const line = this.#line;
    let depth = 0;
    let quote = '';
    for (let at = this.start; at < line.length; at++) {
      const character = line[at]!;
      if (quote !== '') {
        const isEscape = character === '\\' && quote === '"' && at + 1 < line.length;
        if (isEscape) at += 1;
        const shown = isEscape ? (depth > 0 ? `\\${line[at]}` : line[at]!) : character;
        if (character === quote && !isEscape) {
          quote = '';
          if (depth === 0) continue;
        }
        this.text += shown;
      } else if (character === '"' || (character === "'" && depth === 0)) {
        quote = character;
        if (depth > 0) this.text += character;
      } else if (depth === 0 && SPACE.test(character)) {
        return at;
      } else {
        if (OPENING.includes(character)) depth += 1;
        if (CLOSING.includes(character) && depth > 0) depth -= 1;
        this.text += character;
      }
    }
    this.open = quote === '' ? (depth > 0 ? 'bracket' : undefined) : 'quote';
    return line.length;
  }
}

/** Keys and values among words: those with `=` in them. */
export function givenValues(words: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) given.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return given;
}
