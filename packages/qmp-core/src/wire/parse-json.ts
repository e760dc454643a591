import { parseInteger, textMayHoldUnsafeInteger } from './integers.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

/**
 * Parses one JSON text (RFC 8259) like `JSON.parse`, but exactly: integers beyond ±(2^53−1) come as `bigint`.
 *
 * @param text - The whole text; white space around the value is fine.
 * @returns The value. Its objects are plain, and every member is an own property.
 * @throws SyntaxError if the text is not JSON.
 *
 * @example
 * parseJson('{"size": 18446744073709551615}') // { size: 18446744073709551615n }
 */
export function parseJson(text: string): JsonValue {
  return textMayHoldUnsafeInteger(text) ? parseJsonExactly(text) : (JSON.parse(text) as JsonValue);
}

/** An array or object that is still open, with the key under which the next value goes. */
interface OpenContainer {
  readonly value: JsonValue[] | JsonObject;
  key: string;
}

/** The parser behind {@link parseJson} for texts with long digit runs; works without recursion. */
export function parseJsonExactly(text: string): JsonValue {
  const space = /[ \t\n\r]*/y;
  const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
  const stack: OpenContainer[] = [];
  let at = 0;

  const fail = (): never => {
    const what =
      at < text.length ? `unexpected ${JSON.stringify(text[at])} at position ${at}` : 'unexpected end';
    throw new SyntaxError(`Not JSON: ${what}`);
  };
  /** The next byte that means something. */
  const peek = (): string | undefined => {
    space.lastIndex = at;
    space.test(text);
    at = space.lastIndex;
    return text[at];
  };
  const readString = (): string => {
    const start = at++;
    for (let plain = true; ; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        at++;
        return plain ? text.slice(start + 1, at - 1) : readEscapes(text.slice(start, at), start);
      }
      if (code === 0x5c) {
        plain = false;
        at++;
      } else if (!(code >= 0x20)) return fail(); // a control character, or NaN behind the end
    }
  };
  const readEscapes = (quoted: string, start: number): string => {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      at = start;
      return fail();
    }
  };
  const readKey = (open: OpenContainer): void => {
    if (peek() !== '"') fail();
    open.key = readString();
    if (peek() !== ':') fail();
    at++;
  };
  const readNumber = (): number | bigint => {
    number.lastIndex = at;
    const match = number.exec(text) ?? fail();
    at = number.lastIndex;
    return match[1] === undefined && match[2] === undefined ? parseInteger(match[0]) : Number(match[0]);
  };
  const readWord = <T extends JsonValue>(word: string, value: T): T => {
    if (!text.startsWith(word, at)) fail();
    at += word.length;
    return value;
  };
  /** Reads a whole value, or gives `undefined` after opening a container with members. */
  const readValue = (): JsonValue | undefined => {
    switch (peek()) {
      case '{': {
        at++;
        const open: OpenContainer = { value: {}, key: '' };
        if (peek() === '}') {
          at++;
          return open.value;
        }
        stack.push(open);
        readKey(open);
        return undefined;
      }
      case '[': {
        at++;
        const open: OpenContainer = { value: [], key: '' };
        if (peek() === ']') {
          at++;
          return open.value;
        }
        stack.push(open);
        return undefined;
      }
      case '"':
        return readString();
      case 't':
        return readWord('true', true);
      case 'f':
        return readWord('false', false);
      case 'n':
        return readWord('null', null);
      default:
        return readNumber();
    }
  };

  for (;;) {
    let value = readValue();
    while (value !== undefined) {
      const open = stack.at(-1);
      if (open === undefined) {
        if (peek() !== undefined) fail();
        return value;
      }
      value = addMember(open, value);
    }
  }

  /** Adds a member to its container. Returns the container if that was its last member. */
  function addMember(open: OpenContainer, member: JsonValue): JsonValue | undefined {
    const next = peek();
    if (Array.isArray(open.value)) {
      open.value.push(member);
      if (next !== ',' && next !== ']') fail();
    } else {
      setMember(open.value, open.key, member);
      if (next !== ',' && next !== '}') fail();
    }
    at++;
    if (next === ',') {
      if (!Array.isArray(open.value)) readKey(open);
      return undefined;
    }
    stack.pop();
    return open.value;
  }
}

/** Assigning to `__proto__` would set the prototype; defining it makes a member, as `JSON.parse` does. */
function setMember(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else object[key] = value;
}
