import { redactArgv } from './command-line.ts';
import type { Hide } from './hide.ts';
import { redactText } from './text.ts';

/**
 * Takes the secrets out of a shell command line. The rest stays as it was, ready to paste. A line that isn't
 * made of words and quotes is redacted as text.
 */
export function redactShellLine(line: string, hide: Hide): string {
  const words = wordsOf(line);
  if (words === undefined) return redactText(line, hide);
  const shown = redactArgv(
    words.map(({ value }) => value),
    hide,
  );
  let result = '';
  let end = 0;
  for (const [at, { from, to, value }] of words.entries()) {
    result += line.slice(end, from) + (shown[at] === value ? line.slice(from, to) : quoted(shown[at]!));
    end = to;
  }
  return result + line.slice(end);
}

interface Word {
  readonly from: number;
  readonly to: number;
  readonly value: string;
}

/** The words of a line that is quoted for a POSIX shell; `undefined` if a quote is not closed. */
function wordsOf(line: string): Word[] | undefined {
  const words: Word[] = [];
  let from = -1;
  let value = '';
  const end = (to: number): void => {
    if (from >= 0) words.push({ from, to, value });
    from = -1;
    value = '';
  };
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (/\s/.test(character)) {
      end(at);
      continue;
    }
    if (from < 0) from = at;
    if (character === "'" || character === '"') {
      const inside = insideQuotes(line, at, character);
      if (inside === undefined) return undefined;
      value += inside.value;
      at = inside.end;
    } else if (character === '\\' && at + 1 < line.length) value += line[++at]!;
    else value += character;
  }
  end(line.length);
  return words;
}

function insideQuotes(line: string, open: number, quote: string): { value: string; end: number } | undefined {
  let value = '';
  for (let at = open + 1; at < line.length; at++) {
    if (line[at] === quote) return { value, end: at };
    if (quote === '"' && line[at] === '\\' && /["\\$`]/.test(line[at + 1] ?? '')) at++;
    value += line[at]!;
  }
  return undefined;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
