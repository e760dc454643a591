import { schemaOf } from '../engine/schema/schema.ts';
import { loadProfile } from '../version/load-profile.ts';
import { emptyValue } from './empty-value.ts';
import { givenMembers, type BuildOptions, type Given, type MigrationInfo } from './types.ts';

/** Options of {@link migrationInfo}. Any further member is told as it is. */
export interface MigrationInfoOptions extends Given<Omit<MigrationInfo, 'ram'>> {
  /** Default: `active`. */
  status?: MigrationInfo['status'];
  /** Figures of the memory; the others are 0. Default: none, as before it has begun. */
  ram?: Given<NonNullable<MigrationInfo['ram']>> | undefined;
}

/**
 * Builds the reply of `query-migrate`. Of `ram` it has all members that the version always has.
 *
 * @throws QemuVersionError if the version isn't there.
 * @example
 * mock.handle('query-migrate', migrationInfo({ ram: { total: 2 ** 30, remaining: 2 ** 20 } }));
 */
export function migrationInfo(
  options: MigrationInfoOptions = {},
  { qemu }: BuildOptions = {},
): MigrationInfo {
  const { ram, ...given } = options;
  const schema = schemaOf(loadProfile(qemu));
  const info = schema.objectType(schema.commands.get('query-migrate')?.retType ?? '');
  const type = info.members.find(({ name }) => name === 'ram')?.type ?? '';
  const figures =
    ram === undefined ? {} : { ram: { ...(emptyValue(schema, type) as object), ...givenMembers(ram) } };
  return { status: 'active', ...givenMembers(given), ...figures } as MigrationInfo;
}
