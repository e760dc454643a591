import { sortMembers } from './member-order.ts';
import { fitsQemuInteger, formatFloat } from './numbers.ts';
import { isPrintable } from './plain.ts';
import { isCharacter } from './utf8.ts';
import { QFloat } from './value.ts';

/** Characters that need an escape. Strings without them are printed as they are. */
const NEEDS_ESCAPE = /[^ !#-[\]-~]/;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function hex(unit: number): string {
  return `\\u${unit.toString(16).toUpperCase().padStart(4, '0')}`;
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const codePoint = character.codePointAt(0)!;
  // A code point that QEMU doesn't count as a character (a lone surrogate, U+FFFF, …) is shown as U+FFFD.
  if (!isCharacter(codePoint)) return '\\uFFFD';
  if (codePoint < 0x1_0000) return hex(codePoint);
  return hex(character.charCodeAt(0)) + hex(character.charCodeAt(1));
}

/** Prints a string as QEMU does: in double quotes, ASCII only, `\uXXXX` with upper-case digits. */
export function printString(text: string): string {
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(/[^ !#-[\]-~]/gu, escapeCharacter)}"` : `"${text}"`;
}

function printNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isInteger(value) && fitsQemuInteger(BigInt(value))) return BigInt(value).toString();
  return formatFloat(value);
}

/**
 * A large value that is printed many times, such as the introspection schema. Its compact form is worked out
 * once, so the value must not change afterwards.
 */
export class PrintOnce {
  /** The value. */
  readonly value: unknown;
  #compact: string | undefined;

  constructor(value: unknown) {
    this.value = value;
  }

  /** The compact form. */
  get compact(): string {
    this.#compact ??= printCompact(this.value);
    return this.#compact;
  }
}

type Members = Map<string, unknown> | Readonly<Record<string, unknown>>;

/** Names of members in QEMU's order. */
function namesOf(value: Members): string[] {
  return sortMembers(value instanceof Map ? [...value.keys()] : Object.keys(value));
}

function memberOf(value: Members, name: string): unknown {
  return value instanceof Map ? value.get(name) : value[name];
}

/**
 * Prints a value in QEMU's compact form (`qobject/json-writer.c`): members in QEMU's order, `", "` between
 * them, `": "` after names, ASCII only. It takes a `QValue` or plain JavaScript data, see `fromPlain`.
 *
 * @throws `RangeError` if the data contains itself.
 * @example
 * printCompact({ event: 'STOP', timestamp: { seconds: 1, microseconds: 2 } })
 * // '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}'
 */
export function printCompact(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return printString(value);
    case 'number':
      return printNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return fitsQemuInteger(value) ? value.toString() : formatFloat(Number(value));
    case 'object':
      break;
    default:
      return 'null';
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++) {
      if (i > 0) text += ', ';
      text += printCompact(value[i]);
    }
    return `${text}]`;
  }
  const special = unwrap(value);
  if (special !== undefined) return typeof special === 'string' ? special : printCompact(special.value);
  const members = value as Members;
  let text = '';
  for (const name of namesOf(members)) {
    const member = memberOf(members, name);
    if (!isPrintable(member)) continue;
    if (text !== '') text += ', ';
    text += `${printString(name)}: ${printCompact(member)}`;
  }
  return `{${text}}`;
}

/** Gives the text of a {@link PrintOnce}, or the value that an object stands for. */
function unwrap(value: object): string | { value: unknown } | undefined {
  if (value instanceof QFloat) return formatFloat(value.value);
  if (value instanceof PrintOnce) return value.compact;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return { value: value.toJSON() as unknown };
  }
  return undefined;
}

const STEP = '    ';

/**
 * Prints a value in QEMU's pretty form (`pretty=on`): one item per line, four more spaces at each level, and
 * even an empty object or list on two lines. The monitor ends each line with CRLF, so CRLF stands between the
 * lines here.
 */
export function printPretty(value: unknown, indent = '\r\n'): string {
  if (value instanceof PrintOnce) return printPretty(value.value, indent);
  if (typeof value !== 'object' || value === null) return printCompact(value);
  const deeper = indent + STEP;
  let text = '';
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      text += (i > 0 ? ',' : '') + deeper + printPretty(value[i], deeper);
    }
    return `[${text}${indent}]`;
  }
  const special = unwrap(value);
  if (special !== undefined)
    return typeof special === 'string' ? special : printPretty(special.value, indent);
  const members = value as Members;
  for (const name of namesOf(members)) {
    const member = memberOf(members, name);
    if (!isPrintable(member)) continue;
    text += `${text === '' ? '' : ','}${deeper}${printString(name)}: ${printPretty(member, deeper)}`;
  }
  return `{${text}${indent}}`;
}
