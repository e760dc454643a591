import { QDict } from '../../../engine/json/value.ts';
import type { CommandCall } from '../../../engine/monitor/command-host.ts';
import { commandTable, genericError, type CommandTable } from '../../command.ts';
import { complaintsOf, hmpTable, taking, type HmpTable } from '../../hmp/command.ts';
import type { JobParts } from '../kinds/parts.ts';
import type { MachineRules } from '../../machine-rules.ts';
import type { MachineSnapshots } from './machine-snapshots.ts';
import { startSnapshotJob, type SnapshotJobType } from './snapshot-jobs.ts';
import { snapshotLines } from './snapshot-table.ts';
import type { Subsystem } from '../../subsystem.ts';
import type { TransactionAction } from '../engine/transaction.ts';
import { snapshotOnto, snapshotSync } from './external-snapshot.ts';
import { deleteInside, snapshotInside, type InternalSnapshotParts } from './internal-snapshot.ts';

/** Parts of the machine that {@link SnapshotCommands} needs. */
export interface SnapshotCommandsParts extends JobParts, InternalSnapshotParts {
  readonly snapshots: MachineSnapshots;
  readonly rules: () => Pick<MachineRules, 'noSnapshots' | 'jobs'>;
}

const SNAPSHOT_JOBS: readonly SnapshotJobType[] = ['snapshot-save', 'snapshot-load', 'snapshot-delete'];

/** Snapshots of disks: in images above them, and in themselves. */
export class SnapshotCommands implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: SnapshotCommandsParts;
  /** Those that can be a part of a transaction. */
  readonly actions: Record<string, TransactionAction>;

  constructor(parts: SnapshotCommandsParts) {
    this.#parts = parts;
    this.actions = {
      'blockdev-snapshot': snapshotOnto(parts),
      'blockdev-snapshot-sync': snapshotSync(parts),
      'blockdev-snapshot-internal-sync': snapshotInside(parts),
    };
    this.commands = commandTable({
      'blockdev-snapshot-delete-internal-sync': (args) => deleteInside(parts.graph, args),
      ...Object.fromEntries(
        SNAPSHOT_JOBS.map((type) => [
          type,
          (args: QDict, call: CommandCall) =>
            parts.jobs.during(call, () => startSnapshotJob(parts, type, args)),
        ]),
      ),
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      snapshots: ({ line }) => {
        const disks = this.#parts.snapshots.allDisks(whatOf(line));
        const { noSnapshots, jobs } = this.#parts.rules();
        if (disks.every(({ image }) => image === undefined)) return [noSnapshots];
        return snapshotLines(disks, jobs.snapshotTable);
      },
    });
  }

  hmpCommands(): HmpTable {
    const { snapshots } = this.#parts;
    return hmpTable({
      savevm: taking('name:string?', (given, { line }) => {
        const name = given.has('name') ? String(given.get('name')) : undefined;
        return complaintsOf(snapshots.save(name, true, {}, whatOf(line)));
      }),
      loadvm: taking('name:string', (given, { line }) =>
        complaintsOf(snapshots.load(String(given.get('name')), {}, whatOf(line))),
      ),
      delvm: taking('name:string', (given, { line }) =>
        complaintsOf(snapshots.delete(String(given.get('name')), {}, whatOf(line))),
      ),
      snapshot_blkdev: taking('-n device:device snapshot-file:string? format:string?', (given, { qmp }) =>
        complaintsOf(() => {
          if (!given.has('snapshot-file')) throw genericError("Parameter 'snapshot-file' is missing");
          const args = new QDict([
            ['device', String(given.get('device'))],
            ['snapshot-file', String(given.get('snapshot-file'))],
            ['mode', given.get('n') === true ? 'existing' : 'absolute-paths'],
          ]);
          if (given.has('format')) args.set('format', String(given.get('format')));
          return qmp('blockdev-snapshot-sync', args);
        }),
      ),
      snapshot_blkdev_internal: taking('device:device name:string', (given, { qmp }) =>
        complaintsOf(() => qmp('blockdev-snapshot-internal-sync', textsOf(given, 'device', 'name'))),
      ),
      snapshot_delete_blkdev_internal: taking('device:device name:string id:string?', (given, { qmp }) =>
        complaintsOf(() =>
          qmp('blockdev-snapshot-delete-internal-sync', textsOf(given, 'device', 'name', 'id')),
        ),
      ),
    });
  }
}

function whatOf(line: string): string {
  return `the human monitor's "${line}"`;
}

function textsOf(given: ReadonlyMap<string, unknown>, ...names: readonly string[]): QDict {
  return new QDict(names.filter((name) => given.has(name)).map((name) => [name, String(given.get(name))]));
}
