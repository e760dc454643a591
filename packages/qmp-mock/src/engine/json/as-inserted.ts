import { QDict, type QValue } from './value.ts';

/**
 * Members as QEMU put them in. They are recorded as it printed them, and where two share a place in its hash
 * table, it prints the one that came last first.
 */
export function asInserted(value: QValue): QValue {
  if (Array.isArray(value)) return value.map(asInserted);
  if (!(value instanceof QDict)) return value;
  return new QDict([...value].toReversed().map(([name, member]) => [name, asInserted(member)]));
}
