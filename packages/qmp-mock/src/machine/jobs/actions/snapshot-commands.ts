import { QDict } from '../../../engine/json/value.ts';
import { commandTable, genericError, type CommandTable } from '../../command.ts';
import { complaintsOf, hmpTable, taking, type HmpTable } from '../../hmp/command.ts';
import type { JobParts } from '../kinds/parts.ts';
import type { Subsystem } from '../../subsystem.ts';
import type { TransactionAction } from '../engine/transaction.ts';
import { snapshotOnto, snapshotSync } from './external-snapshot.ts';
import { deleteInside, snapshotInside, type InternalSnapshotParts } from './internal-snapshot.ts';

/** Snapshots of disks: in images above them, and in themselves. */
export class SnapshotCommands implements Subsystem {
  readonly commands: CommandTable;
  /** Those that can be a part of a transaction. */
  readonly actions: Record<string, TransactionAction>;

  constructor(parts: JobParts & InternalSnapshotParts) {
    this.actions = {
      'blockdev-snapshot': snapshotOnto(parts),
      'blockdev-snapshot-sync': snapshotSync(parts),
      'blockdev-snapshot-internal-sync': snapshotInside(parts),
    };
    this.commands = commandTable({
      'blockdev-snapshot-delete-internal-sync': (args) => deleteInside(parts.graph, args),
    });
  }

  hmpCommands(): HmpTable {
    return hmpTable({
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

function textsOf(given: ReadonlyMap<string, unknown>, ...names: readonly string[]): QDict {
  return new QDict(names.filter((name) => given.has(name)).map((name) => [name, String(given.get(name))]));
}
