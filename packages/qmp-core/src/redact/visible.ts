/**
 * Writes control characters as JSON escapes, so that a text can't move a terminal's cursor, colour what
 * follows, or turn lines around: C0 and C1 controls, DEL, and Unicode's marks of direction. Line feeds and
 * tabs stay.
 *
 * @param options.oneLine - Whether line feeds and tabs are written as escapes, too. Default: false.
 * @example
 * visible('\u001b[2Jgone') // '\\u001b[2Jgone'
 */
export function visible(text: string, options: { oneLine?: boolean | undefined } = {}): string {
  const unseen = options.oneLine === true ? ALL_CONTROLS : CONTROLS;
  return text.replace(unseen, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\n') return String.raw`\n`;
    if (character === '\t') return String.raw`\t`;
    if (character === '\r') return String.raw`\r`;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

// A carriage return before a line feed is a part of the line's end.
// oxlint-disable-next-line no-control-regex -- they are what it is for
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g;
// oxlint-disable-next-line no-control-regex -- they are what it is for
const ALL_CONTROLS = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
