import { QDict } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError, textOf } from '../../command.ts';
import { makeTarget } from '../kinds/target-image.ts';
import type { JobParts } from '../kinds/parts.ts';
import { setReadOnly } from '../../block/graph/reopen.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import type { PreparedAction, TransactionAction } from '../engine/transaction.ts';

/** `blockdev-snapshot-sync`: a new image on top of a disk (`external_snapshot_action`). */
export function snapshotSync(parts: JobParts): TransactionAction {
  return (data) => {
    const { graph } = parts;
    const nodeName = data.get('node-name') as string | undefined;
    const overlayName = data.get('snapshot-node-name') as string | undefined;
    const old = graph.lookup(textOf(data, 'device'), nodeName ?? '');
    checkOld(old);
    if (nodeName !== undefined && overlayName === undefined)
      throw genericError('New overlay node-name missing');
    if (overlayName !== undefined && isTaken(parts, overlayName)) {
      throw genericError('New overlay node-name already in use');
    }
    const filename = textOf(data, 'snapshot-file');
    const format = (data.get('format') as string | undefined) ?? 'qcow2';
    const isNew = data.get('mode') !== 'existing';
    if (isNew) makeTarget(parts, { filename, format, size: old.size, backing: old });
    const options = new QDict([['driver', format]]);
    if (overlayName !== undefined) options.set('node-name', overlayName);
    inheritFlags(old, options);
    const overlay = graph.open(options, { filename, noBacking: true });
    return cover(parts, old, overlay);
  };
}

/** `blockdev-snapshot`: a node on top of another. */
export function snapshotOnto(parts: JobParts): TransactionAction {
  return (data) => {
    const { graph } = parts;
    const oldName = textOf(data, 'node');
    const overlayName = textOf(data, 'overlay');
    const old = graph.lookup(oldName, oldName);
    checkOld(old);
    const overlay = graph.lookup(overlayName, overlayName);
    graph.hold(overlay);
    return cover(parts, old, overlay);
  };
}

function checkOld(old: BlockNode): void {
  old.checkBlocked('external-snapshot');
}

function isTaken({ graph, backends }: JobParts, name: string): boolean {
  return graph.has(name) || backends.find(name) !== undefined;
}

/** A new image gets the flags of the one below it. */
function inheritFlags(old: BlockNode, options: QDict): void {
  const { direct, noFlush } = old.state;
  if (direct || noFlush) {
    options.set(
      'cache',
      new QDict([
        ['direct', direct],
        ['no-flush', noFlush],
      ]),
    );
  }
}

/** Puts an overlay, which this holds, on top of a node. */
function cover({ graph }: JobParts, old: BlockNode, overlay: BlockNode): PreparedAction {
  try {
    if (overlay.parents.some(({ parent }) => parent.backendName !== undefined)) {
      throw genericError('The overlay is already in use');
    }
    overlay.checkBlocked('external-snapshot');
    if (overlay.backing !== undefined) throw genericError('The overlay already has a backing image');
    if (overlay.driver !== 'qcow2') {
      if (!['raw', 'file', 'null-co', 'null-aio'].includes(overlay.driver)) {
        notModelled(`a snapshot with an overlay ${overlay.driver}`);
      }
      throw genericError('The overlay does not support backing images');
    }
    graph.append(overlay, old, { name: 'backing', role: 'cow' });
  } catch (error) {
    graph.release(overlay);
    throw error;
  }
  return {
    commit() {
      if (!old.readOnly) setReadOnly(graph, old, true);
    },
    abort() {
      graph.hold(old);
      graph.replace(overlay, old);
      graph.setBacking(overlay, undefined);
      graph.release(old);
    },
    clean: () => graph.release(overlay),
  };
}
