import { QDict, type QValue } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';

const NUMBERS = new Set([
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'size',
]);

/** Throws QEMU's refusal of a value that is not of a property's type. */
export function checkType(name: string, type: string, value: QValue): void {
  let expected: string | undefined;
  if (type === 'bool') expected = typeof value === 'boolean' ? undefined : 'boolean';
  else if (type === 'string' || type.startsWith('link<') || type.startsWith('str')) {
    expected = typeof value === 'string' ? undefined : 'string';
  } else if (NUMBERS.has(type)) {
    const integer = typeof value === 'bigint' || typeof value === 'number';
    expected = integer ? undefined : 'integer';
  } else if (/(Configuration|Options)$/.test(type)) {
    expected = value instanceof QDict ? undefined : 'object';
  }
  if (expected !== undefined) {
    throw genericError(`Invalid parameter type for '${name}', expected: ${expected}`);
  }
}
