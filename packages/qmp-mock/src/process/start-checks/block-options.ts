import type { Schema } from '../../engine/schema/schema.ts';

/**
 * Members that a block driver takes, its own and those of every node; `undefined` for a driver that isn't
 * there.
 */
export function membersOfDriver(schema: Schema, driver: string): ReadonlySet<string> | undefined {
  const argType = schema.commands.get('blockdev-add')?.argType;
  if (argType === undefined) return undefined;
  const { members, variants } = schema.objectType(argType);
  const variant = variants?.find((one) => one.case === driver);
  if (variant === undefined) return undefined;
  return new Set([...members, ...schema.objectType(variant.type).members].map(({ name }) => name));
}

/** Drivers that have their data from another node; the others are protocols. */
export function isFormat(schema: Schema, driver: string): boolean {
  return membersOfDriver(schema, driver)?.has('file') === true;
}
