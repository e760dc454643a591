import { isBoxedPrimitive } from 'node:util/types';
import { textMayHoldUnsafeInteger } from './integers.ts';

/**
 * Prints a value as compact JSON like `JSON.stringify`, with every `bigint` as a bare integer.
 *
 * Members that are `undefined`, functions or symbols are left out and `toJSON` is honoured, as JavaScript
 * does. A value that JSON can't express is an error instead of a silent `null`.
 *
 * @throws TypeError for `NaN`, an infinity, a cycle, and for a value that can't be written as JSON at all.
 *
 * @example
 * stringifyJson({ addr: 0xffff_ffff_ffff_ffffn }) // '{"addr":18446744073709551615}'
 */
export function stringifyJson(value: unknown): string {
  const quick = stringifyQuickly(value);
  if (quick !== undefined) return quick;
  const text = print(value, '', []);
  if (text === undefined) throw new TypeError(`A ${typeof value} cannot be written as JSON`);
  return text;
}

/**
 * Calls `JSON.stringify` if the result is sure to be right: without a `bigint` and without a number that
 * would turn into `null`.
 */
function stringifyQuickly(value: unknown): string | undefined {
  // A program may have patched `BigInt.prototype.toJSON`, mostly to print strings: QEMU wants integers.
  if ('toJSON' in BigInt.prototype) return undefined;
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined || text.includes('null') || textMayHoldUnsafeInteger(text) ? undefined : text;
  } catch {
    return undefined; // a bigint, a cycle, or a toJSON that throws: the careful way finds out which
  }
}

function print(input: unknown, key: string, parents: object[]): string | undefined {
  let value = input;
  if (
    typeof value === 'object' &&
    value !== null &&
    'toJSON' in value &&
    typeof value.toJSON === 'function'
  ) {
    value = (value as { toJSON: (key: string) => unknown }).toJSON(key);
  }
  if (isBoxedPrimitive(value)) value = value.valueOf();
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON${place(key)}`);
      // JSON.stringify(2 ** 60) rounds the digits, and QEMU would take them for the integer that is meant.
      return isWideInteger(value) ? BigInt(value).toString() : JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : printContainer(value, key, parents);
    default:
      return undefined;
  }
}

const isWideInteger = (value: number): boolean =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 64;

function printContainer(value: object, key: string, parents: object[]): string {
  if (parents.includes(value)) throw new TypeError(`A cycle cannot be written as JSON${place(key)}`);
  parents.push(value);
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) parts.push(print(value[i], String(i), parents) ?? 'null');
  } else {
    for (const [name, member] of Object.entries(value)) {
      const text = print(member, name, parents);
      if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`);
    }
  }
  parents.pop();
  return Array.isArray(value) ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

const place = (key: string): string => (key === '' ? '' : ` (member ${JSON.stringify(key)})`);
