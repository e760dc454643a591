import { QDict } from '../../engine/json/value.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import type { HmpArguments } from '../hmp/arguments.ts';
import {
  always,
  complaintsOf,
  hmpTable,
  notModelledLine,
  onlyUsage,
  sameAs,
  taking,
  type HmpContext,
  type HmpTable,
} from '../hmp/command.ts';
import { viaQmp, viaQmpEnum } from '../hmp/via-qmp.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Subsystem } from '../subsystem.ts';
import type { Migration } from './migration.ts';

/** Rules of migration that are about commands alone. */
type CommandRules = Pick<
  MachineRules,
  'migrateWhere' | 'cannotPauseMigration' | 'noColo' | 'migrationGlobals'
>;

/** Migration (`qapi/migration.json`), as far as a machine without a guest can show it. */
export class MigrationCommands implements Subsystem {
  readonly commands: CommandTable;
  readonly #migration: Migration;
  readonly #rules: CommandRules;

  constructor(migration: Migration, rules: CommandRules) {
    this.#migration = migration;
    this.#rules = rules;
    this.commands = commandTable({
      'query-migrate': () => migration.status(),
      'query-migrate-capabilities': () =>
        [...migration.capabilities].map(([capability, state]) => ({ state, capability })),
      'migrate-set-capabilities': (args) => {
        const items = args.get('capabilities') as QDict[];
        migration.setCapabilities(
          new Map(items.map((item) => [item.get('capability') as string, item.get('state') === true])),
        );
      },
      'query-migrate-parameters': () => migration.parameters.values,
      'migrate-set-parameters': (args) => migration.parameters.set(args),
      migrate: (args, call) => {
        const uri = args.get('uri') as string | undefined;
        if (uri === undefined && !args.has('channels')) throw genericError(rules.migrateWhere);
        return migration.leave(call, uri);
      },
      migrate_cancel: () => undefined,
      'migrate-pause': () => {
        throw genericError(rules.cannotPauseMigration);
      },
      'migrate-continue': (args, call) => {
        if (migration.isInDoubt) notModelled(`${call.name} after a migration that is not modelled`);
        if (args.get('state') === migration.state) return;
        throw genericError(`Migration not in expected state: ${migration.state}`);
      },
      'migrate-recover': () => {
        throw genericError('Migrate recover can only be run when postcopy is paused.');
      },
      'migrate-start-postcopy': () => {
        if (migration.capabilities.get('postcopy-ram') !== true) {
          throw genericError('Enable postcopy with migrate_set_capability before the start of migration');
        }
        throw genericError('Postcopy must be started after migration has been started');
      },
      'migrate-incoming': (args) => migration.listen(args.get('uri') as string | undefined),
      'x-colo-lost-heartbeat': () => {
        throw genericError(rules.noColo);
      },
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp(`
        migrate_incoming=migrate-incoming uri:string
        migrate_recover=migrate-recover uri:string
      `),
      ...hmpTable({
        migrate: taking('-d -b -i -r uri:string', (given) =>
          complaintsOf(() => this.#migration.leave(undefined, String(given.get('uri')))),
        ),
        migrate_cancel: sameAs('migrate_cancel'),
        migrate_pause: sameAs('migrate-pause'),
        migrate_start_postcopy: sameAs('migrate-start-postcopy'),
        migrate_continue: viaQmpEnum('migrate-continue', 'state', STATES),
        migrate_set_capability: taking('capability:string state:switch', (given, context) =>
          this.#setCapability(given, context),
        ),
        migrate_set_parameter: taking('parameter:string value:string', (given, context) => {
          const name = String(given.get('parameter'));
          if (this.#migration.parameters.values.has(name)) return notModelledLine(context);
          return [`Error: invalid parameter value: ${name}`];
        }),
        calc_dirty_rate: onlyUsage('-r -b second:number sample_pages_per_GB:number?'),
      }),
    ]);
  }

  infoTopics(): HmpTable {
    return hmpTable({
      migrate: (context) =>
        this.#migration.state === 'none' && !this.#migration.isInDoubt
          ? this.#rules.migrationGlobals
          : notModelledLine(context),
      migrate_capabilities: () =>
        [...this.#migration.capabilities].map(([name, on]) => `${name}: ${on ? 'on' : 'off'}`),
      dirty_rate: always(
        'Status: unstarted',
        'Start Time: 0 (ms)',
        'Sample Pages: 0 (per GB)',
        'Period: 0 (sec)',
        'Mode: page-sampling',
        'Dirty rate: (not ready)',
      ),
    });
  }

  #setCapability(given: HmpArguments, { qmp }: HmpContext): readonly string[] {
    const name = String(given.get('capability'));
    if (!this.#migration.capabilities.has(name)) return [`Error: invalid parameter value: ${name}`];
    const capability = new QDict([
      ['capability', name],
      ['state', given.get('state') === true],
    ]);
    return complaintsOf(() => qmp('migrate-set-capabilities', new QDict([['capabilities', [capability]]])));
  }
}

const STATES = `none setup cancelling cancelled active postcopy-active postcopy-paused postcopy-recover completed failed colo
  pre-switchover device wait-unplug`;
