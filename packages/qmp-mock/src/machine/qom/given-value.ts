import type { QValue } from '../../engine/json/value.ts';

const NUMBER = /^u?int(8|16|32|64)?$/;
const SUFFIXES = 'bkmgtpe';

/**
 * The value that a property has once it was given one, by its type; `undefined` if that isn't known.
 *
 * @param given - JSON, or text.
 */
export function givenValue(type: string, name: string, given: QValue): QValue | undefined {
  if (name === 'mac' && typeof given === 'string') return given.toLowerCase().replaceAll('-', ':');
  if (type === 'bool') {
    if (typeof given === 'boolean') return given;
    return typeof given === 'string' ? /^(on|yes|true|y)$/.test(given) : undefined;
  }
  if (NUMBER.test(type)) return integer(given);
  if (type === 'size' || type === 'size32') return size(given);
  return typeof given === 'string' ? given : undefined;
}

function integer(given: QValue): QValue | undefined {
  if (typeof given === 'number' || typeof given === 'bigint') return given;
  if (typeof given !== 'string' || !/^-?(0[xX][\da-fA-F]+|[1-9]\d*|0)$/.test(given)) return undefined;
  const number = given.startsWith('-') ? -BigInt(given.slice(1)) : BigInt(given);
  return narrowed(number);
}

function size(given: QValue): QValue | undefined {
  if (typeof given === 'number' || typeof given === 'bigint') return given;
  const [, digits, suffix = ''] = (typeof given === 'string' && /^(\d+)([bkmgtpe]?)$/i.exec(given)) || [];
  if (digits === undefined) return undefined;
  const power = Math.max(SUFFIXES.indexOf(suffix.toLowerCase()), 0);
  return narrowed(BigInt(digits) << BigInt(10 * power));
}

function narrowed(number: bigint): QValue {
  const plain = Number(number);
  return Number.isSafeInteger(plain) ? plain : number;
}
