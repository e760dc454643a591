import type { TypeTable } from '../types/type-table.ts';

/** A property that objects have, as its line in `shapes.jsonl` has it. */
export type PropertyRecord = readonly [
  name: string,
  type: string,
  /** Whether it can be set: `true`, or the line of QEMU's refusal; left out if that isn't known. */
  settable?: true | number,
];

/**
 * An object that was there: its path below the one that was recorded (empty for that one itself), its type,
 * the line of its list of properties in `shapes.jsonl`, and its values unless they are {@link impliedValue}.
 * In texts, `%` stands for the path of the recorded object.
 */
export type ObjectRecord = readonly [
  path: string,
  type: string,
  shape: number,
  values?: Readonly<Record<string, unknown>>,
  /** Properties of which the value depends on what wasn't recorded. */
  varying?: readonly string[],
  /** QEMU's refusals of reading a property. */
  unreadable?: Readonly<Record<string, string>>,
];

/** Properties of every device that its place in the tree tells. */
export const TOLD_BY_PLACE: ReadonlySet<string> = new Set(['type', 'parent_bus', 'hotplugged']);

const TEXT = /^(str|string|link<.*)$/;
const NUMBER = /^(u?int(8|16|32|64)?|size|size32)$/;

/** The value that a property has if none is recorded; `undefined` if there is no such value. */
export function impliedValue(types: TypeTable, type: string, name: string, propertyType: string): unknown {
  if (name === 'realized' || name === 'hotpluggable') return true;
  const known = types.properties(type)?.find((property) => property.name === name);
  if (known?.defaultValue !== undefined) return known.defaultValue;
  if (propertyType === 'bool') return false;
  if (TEXT.test(propertyType)) return '';
  return NUMBER.test(propertyType) ? 0 : undefined;
}
