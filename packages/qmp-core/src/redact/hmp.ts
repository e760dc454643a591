import type { Hide } from './hide.ts';
import { redactOptions } from './option-string.ts';
import { findEnd, quotedAt, skip, type Span } from './scan.ts';
import { canBeSecret, OBJECT_OPTIONS, SECRET_LINES } from './table.ts';
import { redactText } from './text.ts';
import { isSecretProperty } from './value.ts';

/** Takes the secrets out of a line of the human monitor. */
export function redactHmp(line: string, hide: Hide): string {
  const words = wordsOf(line);
  const texts = words.map(([from, to]) => line.slice(from, to));
  const secret = words[secretWord(texts) ?? words.length];
  if (secret !== undefined) return replaced(line, secret, hide);
  const [, options] = words;
  if (OBJECT_OPTIONS.has(texts[0] ?? '') && options !== undefined) {
    return line.slice(0, options[0]) + redactOptions(line.slice(options[0]), true, hide);
  }
  return redactText(line, hide);
}

/** Positions of the words of a line, without their quotes. */
function wordsOf(line: string): Span[] {
  const words: Span[] = [];
  for (let at = skip(line, 0, /\s/); at < line.length; at = skip(line, at, /\s/)) {
    const word = (line[at] === '"' ? quotedAt(line, at) : undefined) ?? [at, findEnd(line, at, /\s/)];
    words.push(word);
    at = word[0] > at ? word[1] + 1 : word[1];
  }
  return words;
}

/** Whether the answer to a line is a secret: `qom-get` of one. */
export function asksForSecret(line: string): boolean {
  const [command, , property = ''] = line.trim().split(/\s+/);
  return command === 'qom-get' && isSecretProperty(property);
}

/** Index of the word that is secret. */
function secretWord(words: readonly string[]): number | undefined {
  // `qom-set /objects/secret0 data …`
  if (words[0] === 'qom-set' && isSecretProperty(words[2] ?? '')) return 3;
  const found = SECRET_LINES.find((line) => line.words.every((word, at) => words[at] === word));
  return found === undefined ? undefined : found.words.length + found.at;
}

function replaced(line: string, [from, to]: Span, hide: Hide): string {
  const value = line.slice(from, to);
  return canBeSecret(value) ? line.slice(0, from) + hide(value) + line.slice(to) : line;
}
