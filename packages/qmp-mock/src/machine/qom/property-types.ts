import { notModelled } from '../../engine/not-modelled.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';

/** Widths in bits of types of numbers; `int` and `size` have 64. */
const NUMBERS: Readonly<Record<string, number>> = {
  int: 64,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  size: 64,
};
/** Properties that are said to be numbers, and take lists of them. */
const LISTS = /^(host-nodes|node-affinity|cpu-affinity)$/;
const WIDE = 64;

/** Throws QEMU's refusal of a value that is not of a property's type. */
export function checkType(name: string, type: string, value: QValue): void {
  if (type === 'bool') return expect(name, 'boolean', typeof value === 'boolean');
  if (type === 'string' || type.startsWith('link<') || type.startsWith('str')) {
    return expect(name, 'string', typeof value === 'string');
  }
  if (LISTS.test(name)) return expect(name, 'array', Array.isArray(value));
  const width = Object.hasOwn(NUMBERS, type) ? NUMBERS[type] : undefined;
  if (width !== undefined) return checkNumber(name, type, width, value);
  if (!/(Configuration|Options|Limits)$/.test(type)) notModelled(`values of the type ${type}`);
  expect(name, 'object', value instanceof QDict);
  if ((value as QDict).size > 0) notModelled(`members of the type ${type}`);
}

function expect(name: string, expected: string, isRight: boolean): void {
  if (!isRight) throw genericError(`Invalid parameter type for '${name}', expected: ${expected}`);
}

function checkNumber(name: string, type: string, width: number, value: QValue): void {
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  const isSigned = type.startsWith('int');
  if (isSigned) expect(name, 'integer', isNumber);
  else if (!isNumber) throw genericError(`Parameter '${name}' expects uint64`);
  if (width === WIDE) return;
  const given = BigInt(value as number | bigint);
  // A negative number is taken for an unsigned one of 64 bits.
  const fits = isSigned
    ? BigInt.asIntN(width, given) === given
    : BigInt.asUintN(width, given) === BigInt.asUintN(WIDE, given);
  if (!fits) throw genericError(`Parameter '${name}' expects ${type}_t`);
}
