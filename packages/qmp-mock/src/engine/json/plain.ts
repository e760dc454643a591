import { fitsQemuInteger, narrow } from './numbers.ts';
import { QDict, QFloat, type QValue } from './value.ts';

/**
 * Turns a value into plain JavaScript data: objects, arrays, strings, booleans, null, `number`, and `bigint`
 * for integers beyond ±(2^53−1). It doesn't keep whether a whole number was written as a float.
 *
 * Members are own properties whatever their name, so `__proto__` is a member like any other.
 */
export function toPlain(value: QValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof QFloat) return value.value;
  if (Array.isArray(value)) return value.map(toPlain);
  const plain: Record<string, unknown> = {};
  for (const [key, member] of value) {
    if (key === '__proto__') {
      Object.defineProperty(plain, key, {
        value: toPlain(member),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else {
      plain[key] = toPlain(member);
    }
  }
  return plain;
}

/**
 * Turns a `number` into QEMU's form: whole numbers in the range of its integers become integers, all others
 * floats.
 */
function fromNumber(value: number): QValue {
  if (Number.isSafeInteger(value)) return value + 0;
  if (Number.isInteger(value) && fitsQemuInteger(BigInt(value))) return BigInt(value);
  return new QFloat(value);
}

/**
 * Turns plain JavaScript data into QEMU's form. It takes everything that `JSON.stringify` takes, and also
 * `bigint`, `Map` and {@link QFloat}. As `JSON.stringify` does, it leaves out members that are `undefined`,
 * functions or symbols, turns such elements of arrays into null, and calls an object's `toJSON`.
 *
 * @throws `RangeError` if the data contains itself.
 */
export function fromPlain(value: unknown): QValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return fromNumber(value);
    case 'bigint':
      return fitsQemuInteger(value) ? narrow(value) : new QFloat(Number(value));
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null || value instanceof QFloat) return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  if (value instanceof Map) return dictOf(value as Map<unknown, unknown>);
  if ('toJSON' in value && typeof value.toJSON === 'function') return fromPlain(value.toJSON());
  return dictOf(Object.entries(value));
}

function dictOf(entries: Iterable<[unknown, unknown]>): QDict {
  const dict = new QDict();
  for (const [key, member] of entries) {
    if (isPrintable(member)) dict.set(String(key), fromPlain(member));
  }
  return dict;
}

/** Whether a member of an object can be written as JSON. */
export function isPrintable(member: unknown): boolean {
  return member !== undefined && typeof member !== 'function' && typeof member !== 'symbol';
}

/**
 * Brings data that QEMU printed (a recorded reply) into the order in which QEMU had added its members, so
 * that printing it gives the recorded text. QEMU prints members that share a bucket latest first, so without
 * this they would be printed the wrong way round (`minor` and `micro` are such a pair).
 *
 * @example
 * printCompact(fromPrinted(JSON.parse('{"micro": 22, "minor": 2, "major": 7}')))
 * // '{"micro": 22, "minor": 2, "major": 7}'
 */
export function fromPrinted(value: unknown): QValue {
  return reversed(fromPlain(value));
}

function reversed(value: QValue): QValue {
  if (Array.isArray(value)) return value.map(reversed);
  if (!(value instanceof QDict)) return value;
  return new QDict([...value].toReversed().map(([key, member]) => [key, reversed(member)]));
}
