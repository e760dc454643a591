import type { Clock } from '../../../engine/clock.ts';
import { genericError, textOf } from '../../command.ts';
import type { QDict } from '../../../engine/json/value.ts';
import { isRoot } from '../kinds/chain.ts';
import { refusalOfImage } from '../kinds/target-image.ts';
import type { BlockGraph } from '../../block/graph/block-graph.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import { Qcow2Image } from '../../block/image/qcow2/qcow2-image.ts';
import { createSnapshot, deleteSnapshot, listSnapshots } from '../../block/image/qcow2/snapshots.ts';
import type { Snapshot } from '../../block/image/qcow2/snapshot-table.ts';
import type { TransactionAction } from '../engine/transaction.ts';

/** Parts of the machine that snapshots in images need. */
export interface InternalSnapshotParts {
  readonly graph: BlockGraph;
  readonly clock: Clock;
  /** Time for which the guest has run, in ns. */
  readonly ranFor: () => number;
}

/** `blockdev-snapshot-internal-sync`: a snapshot in the image itself (`internal_snapshot_action`). */
export function snapshotInside({ graph, clock, ranFor }: InternalSnapshotParts): TransactionAction {
  return (data) => {
    const device = textOf(data, 'device');
    const name = textOf(data, 'name');
    const node = rootOf(graph, device);
    node.checkBlocked('internal-snapshot');
    const image = node.image instanceof Qcow2Image ? node.image : undefined;
    if (node.readOnly) throw genericError(`Device '${device}' is read only`);
    if (image === undefined) {
      throw genericError(
        `Block format '${node.driver}' used by device '${device}' does not support internal snapshots`,
      );
    }
    if (name === '') throw genericError('Name is empty');
    if (listSnapshots(image).some((snapshot) => snapshot.name === name)) {
      throw genericError(`Snapshot with name '${name}' already exists on device '${device}'`);
    }
    run(() =>
      createSnapshot(image, name, { date: BigInt(clock.now()) * 1000n, clock: ranFor(), icount: null }),
    );
    const made = listSnapshots(image).at(-1);
    return {
      abort() {
        if (made !== undefined) deleteSnapshot(image, made);
      },
    };
  };
}

/** `blockdev-snapshot-delete-internal-sync`. Gives the snapshot that is gone. */
export function deleteInside(graph: BlockGraph, args: QDict): Record<string, unknown> {
  const device = textOf(args, 'device');
  const node = rootOf(graph, device);
  if (!args.has('id') && !args.has('name')) throw genericError('Name or id must be provided');
  node.checkBlocked('internal-snapshot-delete');
  if (!(node.image instanceof Qcow2Image)) {
    throw genericError('Failed to get a snapshot list: Operation not supported');
  }
  const { image } = node;
  const [id, name] = [args.get('id'), args.get('name')];
  const found = listSnapshots(image).find(
    (snapshot) => (id === undefined || snapshot.id === id) && (name === undefined || snapshot.name === name),
  );
  if (found === undefined) {
    const [shownId, shownName] = [id ?? 'null', name ?? 'null'].map(String);
    throw genericError(
      `Snapshot with id '${shownId}' and name '${shownName}' does not exist on device '${device}'`,
    );
  }
  run(() => deleteSnapshot(image, found));
  return snapshotInfo(found);
}

/** A snapshot as `SnapshotInfo` shows it. */
function snapshotInfo(snapshot: Snapshot): Record<string, unknown> {
  const { id, name, stateSize, dateSeconds, dateNanoseconds, clockNanoseconds } = snapshot;
  return {
    'vm-clock-nsec': clockNanoseconds % 1e9,
    name,
    'date-sec': dateSeconds,
    'date-nsec': dateNanoseconds,
    'vm-clock-sec': Math.floor(clockNanoseconds / 1e9),
    id,
    'vm-state-size': stateSize,
  };
}

function rootOf(graph: BlockGraph, device: string): BlockNode {
  const node = graph.lookup(device, device);
  if (!isRoot(node)) throw genericError('Need a root block node');
  return node;
}

function run(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw refusalOfImage(error);
  }
}
