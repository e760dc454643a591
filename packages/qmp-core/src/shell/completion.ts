import type { CommandSchema } from './command-schema.ts';
import { givenValues, splitWords } from './words.ts';

/** Candidates for the word at the end of a line, and that word. */
export type Completion = [candidates: string[], word: string];

/**
 * Completes a request: names of commands, then keys, then the values of enumerations and booleans.
 *
 * @param line - The line up to the cursor.
 * @example
 * completeRequest('query-st', schema) // [['query-stats', 'query-stats-schemas', 'query-status'], 'query-st']
 */
export function completeRequest(line: string, schema: CommandSchema): Completion {
  const words = splitWords(line, { unfinished: true });
  const isNew = words.length === 0 || /\s$/.test(line);
  const last = isNew ? undefined : words.at(-1);
  const word = last === undefined ? '' : line.slice(last.start);
  const command = words[0]?.text;
  if (command === undefined || (words.length === 1 && !isNew)) return choose(schema.names, word);
  const given = givenValues((isNew ? words.slice(1) : words.slice(1, -1)).map(({ text }) => text));
  const equals = word.indexOf('=');
  return equals < 0
    ? choose(keysOf(schema, command, word, given), word)
    : choose(valuesOf(schema, command, word.slice(0, equals), given), word);
}

const choose = (candidates: readonly string[], word: string): Completion => [
  candidates.filter((candidate) => candidate.startsWith(word)),
  word,
];

function keysOf(
  schema: CommandSchema,
  command: string,
  word: string,
  given: ReadonlyMap<string, string>,
): string[] {
  const parents = word.split('.').slice(0, -1);
  const type = schema.typeAt(command, parents, (path) => given.get(path));
  if (type === undefined) return [];
  const prefix = parents.map((parent) => `${parent}.`).join('');
  return schema
    .membersOf(type, (tag) => given.get(`${prefix}${tag}`))
    .flatMap(({ name, type: member }) => {
      const key = `${prefix}${name}`;
      if (given.has(key)) return [];
      return [schema.type(member).kind === 'object' ? `${key}.` : `${key}=`];
    });
}

function valuesOf(
  schema: CommandSchema,
  command: string,
  key: string,
  given: ReadonlyMap<string, string>,
): string[] {
  const type = schema.typeAt(command, key.split('.'), (path) => given.get(path));
  if (type?.kind === 'enum') return type.values.map(({ name }) => `${key}=${name}`);
  const isBoolean = type?.kind === 'builtin' && type.json === 'boolean';
  return isBoolean ? [`${key}=true`, `${key}=false`] : [];
}
