import type { Schema } from '../../engine/schema/schema.ts';

/** Whether a version has a block driver with that name. */
export function isBlockDriver(schema: Schema, name: string): boolean {
  const argType = schema.commands.get('blockdev-add')?.argType;
  if (argType === undefined) return true;
  return schema.objectType(argType).variants?.some((variant) => variant.case === name) === true;
}
