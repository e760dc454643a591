import type { QDict } from '../../engine/json/value.ts';
import { family, genericError, type CommandFamily } from '../command.ts';
import { Migration } from '../migration.ts';

/** Migration (`qapi/migration.json`), as far as a machine without a guest can show it. */
export const migration: CommandFamily = family({
  'query-migrate': (machine) => machine.store(Migration).status(),
  'query-migrate-capabilities': (machine) =>
    [...machine.store(Migration).capabilities].map(([capability, state]) => ({ state, capability })),
  'migrate-set-capabilities': (machine, args) => {
    const { capabilities } = machine.store(Migration);
    for (const item of args.get('capabilities') as QDict[]) {
      capabilities.set(item.get('capability') as string, item.get('state') === true);
    }
  },
  'query-migrate-parameters': (machine) => machine.store(Migration).parameters,
  'migrate-set-parameters': (machine, args) => machine.store(Migration).setParameters(args),
  migrate: (machine, args, call) => {
    const uri = args.get('uri') as string | undefined;
    if (uri === undefined && !args.has('channels')) throw genericError(machine.rules.migrateWhere);
    machine.store(Migration).leave(call, uri);
  },
  migrate_cancel: () => undefined,
  'migrate-pause': (machine) => {
    throw genericError(machine.rules.cannotPauseMigration);
  },
  'migrate-continue': (machine) => {
    throw genericError(`Migration not in expected state: ${machine.store(Migration).state}`);
  },
  'migrate-recover': () => {
    throw genericError('Migrate recover can only be run when postcopy is paused.');
  },
  'migrate-start-postcopy': (machine) => {
    const { capabilities } = machine.store(Migration);
    if (capabilities.get('postcopy-ram') !== true) {
      throw genericError('Enable postcopy with migrate_set_capability before the start of migration');
    }
    throw genericError('Postcopy must be started after migration has been started');
  },
  'migrate-incoming': (machine, args) => {
    const uri = args.get('uri') as string | undefined;
    machine.store(Migration).listen(uri);
  },
});
