import { parseJson } from '../wire/parse-json.ts';
import { stringifyJson } from '../wire/stringify-json.ts';
import type { JsonValue } from '../wire/json-value.ts';
import type { Hide } from './hide.ts';
import { redactOptions } from './option-string.ts';
import { canBeSecret, isSecretName, OBJECT_OPTIONS } from './table.ts';
import { redactText } from './text.ts';
import { redactValue } from './value.ts';

/** Takes the secrets out of the words of a command line. */
export function redactArgv(argv: readonly string[], hide: Hide): string[] {
  return argv.map((word, at) => redactWord(word, argv[at - 1] ?? '', hide));
}

function redactWord(word: string, before: string, hide: Hide): string {
  const json = word.startsWith('{') ? parsed(word) : undefined;
  if (json !== undefined) {
    const shown = stringifyJson(redactValue(json, hide));
    // The word stays as it was written if there is nothing to hide.
    return shown === stringifyJson(json) ? word : shown;
  }
  if (OBJECT_OPTIONS.has(before)) return redactOptions(word, true, hide);
  if (before.startsWith('--') && !word.startsWith('-') && isSecretName(before.slice(2))) {
    return canBeSecret(word) ? hide(word) : word;
  }
  // Outside of an option, a comma in JSON is a comma.
  return word.startsWith('json:') ? redactText(word, hide) : redactOptions(word, false, hide);
}

function parsed(word: string): JsonValue | undefined {
  try {
    return parseJson(word);
  } catch {
    return undefined;
  }
}
