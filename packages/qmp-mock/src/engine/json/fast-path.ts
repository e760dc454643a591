import type { JsonLexer } from './lexer.ts';
import { QDict, type QValue } from './value.ts';

/**
 * A fast path for the kind of object that almost every request is: complete in one chunk, strict JSON in
 * plain ASCII, without escapes, floats, or numbers beyond 15 digits. It gives exactly the same result as the
 * lexer and the grammar, or gives up before it has moved anything. A property test checks that.
 */

/** Greatest depth. Deeper or longer objects take the long way, which counts limits. */
const MAX_DEPTH = 32;
const MAX_LENGTH = 1 << 15;

const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LEFT_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;
const DELETE = 0x7f;
const MAX_DIGITS = 15;

/** Result in place of a value if the long way has to be taken. */
const GIVE_UP: unique symbol = Symbol('give up');

/** State of the reader. One reader serves all, because it never waits in the middle. */
let text = '';
let index = 0;
let end = 0;
let lines = 0;

/** Moves past white space and gives the character after it, NaN at the end. */
function skipSpace(): number {
  for (;;) {
    const c = index < end ? text.charCodeAt(index) : Number.NaN;
    if (c === LINE_FEED) lines++;
    else if (c !== SPACE && c !== TAB && c !== CARRIAGE_RETURN) return c;
    index++;
  }
}

/** Reads the string whose opening quote is at `index`. */
function readString(): string | undefined {
  const begin = ++index;
  for (; index < end; index++) {
    const c = text.charCodeAt(index);
    if (c === QUOTE) return text.slice(begin, index++);
    if (c < SPACE || c === BACKSLASH || c >= DELETE) return undefined;
  }
  return undefined;
}

function readInteger(first: number): number | typeof GIVE_UP {
  let c = first;
  if (first === MINUS) c = ++index < end ? text.charCodeAt(index) : Number.NaN;
  const begin = index;
  let value = 0;
  while (c >= ZERO && c <= NINE) {
    value = value * 10 + (c - ZERO);
    c = ++index < end ? text.charCodeAt(index) : Number.NaN;
  }
  const digits = index - begin;
  if (digits === 0 || digits > MAX_DIGITS) return GIVE_UP;
  if (digits > 1 && text.charCodeAt(begin) === ZERO) return GIVE_UP;
  return first === MINUS && value !== 0 ? -value : value;
}

function readKeyword(word: string): boolean {
  if (!text.startsWith(word, index)) return false;
  index += word.length;
  return true;
}

function readValue(depth: number): QValue | typeof GIVE_UP {
  const c = skipSpace();
  switch (c) {
    case QUOTE:
      return readString() ?? GIVE_UP;
    case LEFT_BRACE:
      return readDict(depth);
    case LEFT_BRACKET:
      return readList(depth);
    case 0x74:
      return readKeyword('true') ? true : GIVE_UP;
    case 0x66:
      return readKeyword('false') ? false : GIVE_UP;
    case 0x6e:
      return readKeyword('null') ? null : GIVE_UP;
    default:
      return readInteger(c);
  }
}

function readList(depth: number): QValue[] | typeof GIVE_UP {
  if (depth === MAX_DEPTH) return GIVE_UP;
  const list: QValue[] = [];
  index++;
  if (skipSpace() === RIGHT_BRACKET) {
    index++;
    return list;
  }
  for (;;) {
    const value = readValue(depth + 1);
    if (value === GIVE_UP) return GIVE_UP;
    list.push(value);
    const c = skipSpace();
    index++;
    if (c === RIGHT_BRACKET) return list;
    if (c !== COMMA) return GIVE_UP;
  }
}

function readDict(depth: number): QDict | typeof GIVE_UP {
  if (depth === MAX_DEPTH) return GIVE_UP;
  const dict = new QDict();
  index++;
  let c = skipSpace();
  if (c === RIGHT_BRACE) {
    index++;
    return dict;
  }
  for (let members = 1; ; members++) {
    if (c !== QUOTE) return GIVE_UP;
    const key = readString();
    if (key === undefined || skipSpace() !== COLON) return GIVE_UP;
    index++;
    const value = readValue(depth + 1);
    if (value === GIVE_UP) return GIVE_UP;
    dict.set(key, value);
    // A key that came twice left the count behind.
    if (dict.size !== members) return GIVE_UP;
    c = skipSpace();
    index++;
    if (c === RIGHT_BRACE) return dict;
    if (c !== COMMA) return GIVE_UP;
    c = skipSpace();
  }
}

/**
 * Reads one object at the lexer's position, between tokens, and moves the lexer past it.
 *
 * @returns The object, or `undefined` if the long way has to be taken. Then the lexer has not moved.
 */
export function readPlainObject(lexer: JsonLexer): QDict | undefined {
  text = lexer.peek();
  ({ index } = lexer);
  end = Math.min(text.length, index + MAX_LENGTH);
  lines = 0;
  let dict: QDict | undefined;
  if (skipSpace() === LEFT_BRACE) {
    const value = readDict(1);
    if (value !== GIVE_UP) {
      dict = value;
      lexer.skipTo(index, lines);
    }
  }
  text = '';
  return dict;
}
