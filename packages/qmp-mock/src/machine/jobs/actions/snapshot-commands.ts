import { QDict } from '../../../engine/json/value.ts';
import { commandTable, genericError, type CommandTable } from '../../command.ts';
import { complaintsOf, hmpTable, notModelledLine, taking, type HmpTable } from '../../hmp/command.ts';
import type { JobParts } from '../kinds/parts.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { deleteSnapshot } from '../../block/image/qcow2/snapshots.ts';
import type { MachineRules } from '../../machine-rules.ts';
import type { Setup } from '../../setup/setup.ts';
import { snapshotDisks, snapshotLines, snapshotsOf, type SnapshotDisk } from './snapshot-table.ts';
import type { Subsystem } from '../../subsystem.ts';
import type { TransactionAction } from '../engine/transaction.ts';
import { snapshotOnto, snapshotSync } from './external-snapshot.ts';
import { deleteInside, snapshotInside, type InternalSnapshotParts } from './internal-snapshot.ts';

/** Parts of the machine that {@link SnapshotCommands} needs. */
export interface SnapshotCommandsParts extends JobParts, InternalSnapshotParts {
  readonly setup: Setup;
  readonly rules: () => Pick<MachineRules, 'noSnapshots' | 'jobs'>;
}

const NO_VMSTATE = 'Error: no block device can store vmstate for snapshot';

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
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      snapshots: ({ line }) => {
        const disks = this.#disks(line);
        const { noSnapshots, jobs } = this.#parts.rules();
        if (disks.every(({ image }) => image === undefined)) return [noSnapshots];
        return snapshotLines(disks, jobs.snapshotTable);
      },
    });
  }

  /** Disks of a line that is about all of them. */
  #disks(line: string): SnapshotDisk[] {
    const { setup, graph, backends } = this.#parts;
    const what = `the human monitor's "${line}"`;
    for (const subject of ['drives', 'nodes'] as const) if (setup.isInDoubt(subject)) notModelled(what);
    if (graph.list().length === 0) setup.require(what, 'drives', 'nodes');
    return snapshotDisks(graph, backends);
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      delvm: taking('name:string', (given, { line }) => {
        const disks = this.#disks(line);
        if (disks.some(({ image }) => image === undefined)) notModelledLine({ line });
        for (const disk of disks) {
          const found = snapshotsOf(disk).find(({ name }) => name === given.get('name'));
          if (found !== undefined && disk.image !== undefined) deleteSnapshot(disk.image, found);
        }
        return [];
      }),
      loadvm: taking('name:string', (given, { line }) => {
        const disks = this.#disks(line);
        const [first] = disks;
        if (first === undefined) return [NO_VMSTATE];
        if (disks.some(({ image }) => image === undefined)) notModelledLine({ line });
        const name = String(given.get('name'));
        const found = disks.map((disk) => snapshotsOf(disk).find((snapshot) => snapshot.name === name));
        if (found.includes(undefined)) {
          return [`Error: Snapshot '${name}' does not exist in one or more devices`];
        }
        if (found[0]?.stateSize === 0) {
          return ['Error: This is a disk-only snapshot. Revert to it  offline using qemu-img'];
        }
        return notModelledLine({ line });
      }),
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
