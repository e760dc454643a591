import type { SchemaType } from '../qapi-gen/introspection.ts';
import type { JsonObject, JsonValue } from '../wire/json-value.ts';
import type { QmpRequest } from '../wire/messages.ts';
import { parseJson } from '../wire/parse-json.ts';
import type { CommandSchema } from './command-schema.ts';
import { LineError, splitWords } from './words.ts';

/**
 * Reads a request as somebody types it: `device_add driver=e1000 id=net0`, `device_add {"driver": "e1000"}`,
 * or the whole request as JSON.
 *
 * Dots in a key nest: `file.driver=null-co`. The schema decides what a value is; without one, and where any
 * value will do, it is JSON if it can be, and text otherwise.
 *
 * @throws LineError if the line can't be read.
 * @example
 * readRequest('set_link name=net0 up=false', schema)
 * // { execute: 'set_link', arguments: { name: 'net0', up: false } }
 */
export function readRequest(line: string, schema: CommandSchema | undefined): QmpRequest {
  if (line.trimStart().startsWith('{')) return readWhole(line);
  const [command, ...words] = splitWords(line).map(({ text }) => text);
  if (command === undefined) throw new LineError('Type a command.');
  if (words.length === 0) return { execute: command };
  const [first] = words;
  if (words.length === 1 && first !== undefined && first.startsWith('{')) {
    return { execute: command, arguments: objectOf(first) };
  }
  const texts = new Map<string, string>();
  for (const word of words) {
    const [, key, value] = /^([^=]+)=([^]*)$/.exec(word) ?? [];
    if (key === undefined || value === undefined) {
      throw new LineError(`Expected key=value, or one JSON object, got ${JSON.stringify(word)}.`);
    }
    if (texts.has(key)) throw new LineError(`${JSON.stringify(key)} is given twice.`);
    texts.set(key, value);
  }
  const tree = new Branch();
  for (const [key, text] of texts) {
    const path = key.split('.');
    const type = schema?.typeAt(command, path, (other) => texts.get(other));
    tree.set(path, key, valueOf(text, type, key));
  }
  return { execute: command, arguments: tree.toObject() };
}

function readWhole(line: string): QmpRequest {
  const request = objectOf(line);
  if (typeof request['execute'] === 'string' || typeof request['exec-oob'] === 'string') {
    return request;
  }
  throw new LineError('The request doesn\'t have "execute" or "exec-oob" with the name of a command.');
}

function objectOf(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new LineError((error as Error).message);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new LineError(`Expected a JSON object, got ${text}.`);
}

function valueOf(text: string, type: SchemaType | undefined, key: string): JsonValue {
  const json = type?.kind === 'builtin' ? type.json : undefined;
  if (type?.kind === 'enum' || json === 'string') return text;
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch {
    value = text;
  }
  if (json === 'boolean' && typeof value !== 'boolean') {
    throw new LineError(`${key} takes true or false, not ${JSON.stringify(text)}.`);
  }
  if ((json === 'int' || json === 'number') && typeof value !== 'number' && typeof value !== 'bigint') {
    throw new LineError(`${key} takes a number, not ${JSON.stringify(text)}.`);
  }
  return value;
}

/** An object under construction. */
class Branch {
  readonly #children = new Map<string, Branch | { readonly value: JsonValue }>();

  set([first, ...rest]: readonly string[], whole: string, value: JsonValue): void {
    if (first === undefined || first === '') throw new LineError(`${JSON.stringify(whole)} isn't a key.`);
    const child = this.#children.get(first);
    if (rest.length === 0 && child === undefined) {
      this.#children.set(first, { value });
      return;
    }
    const branch = child ?? new Branch();
    if (rest.length === 0 || !(branch instanceof Branch)) {
      throw new LineError(`${JSON.stringify(whole)} and another key can't both be given.`);
    }
    this.#children.set(first, branch);
    branch.set(rest, whole, value);
  }

  toObject(): JsonObject {
    // Unlike an assignment, it makes `__proto__` a member like others.
    return Object.fromEntries(
      [...this.#children].map(([key, child]) => [
        key,
        child instanceof Branch ? child.#toValue() : child.value,
      ]),
    );
  }

  /** An array if the keys are 0, 1, 2, …, and an object otherwise. */
  #toValue(): JsonValue {
    const object = this.toObject();
    const isList = [...this.#children.keys()].every((key, index) => key === String(index));
    return isList ? Object.values(object) : object;
  }
}
