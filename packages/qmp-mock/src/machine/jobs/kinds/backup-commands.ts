import { QDict } from '../../../engine/json/value.ts';
import { textOf } from '../../command.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import type { PreparedAction, TransactionAction } from '../engine/transaction.ts';
import type { JobRules } from '../engine/job-rules.ts';
import { createBackup } from './backup.ts';
import type { JobParts } from './parts.ts';
import { makeTarget } from './target-image.ts';

/** `blockdev-backup`: copies a disk to a node. */
export function blockdevBackup(parts: JobParts, rules: () => JobRules): TransactionAction {
  return (args, { group }) => {
    const { graph } = parts;
    const source = graph.lookup(textOf(args, 'device'), textOf(args, 'device'));
    const target = graph.lookup(textOf(args, 'target'), textOf(args, 'target'));
    return prepare(parts, rules(), source, () =>
      createBackup(parts, { args, source, target, sync: textOf(args, 'sync'), transaction: group }),
    );
  };
}

/** `drive-backup`: copies a disk to a file. */
export function driveBackup(parts: JobParts, rules: () => JobRules): TransactionAction {
  return (args, { group }) => {
    const { graph } = parts;
    const source = graph.lookup(textOf(args, 'device'), textOf(args, 'device'));
    return prepare(parts, rules(), source, () => {
      source.checkBlocked('backup-source');
      const { target, sync } = openTarget(parts, args, source);
      try {
        return createBackup(parts, { args, source, target, sync, transaction: group });
      } finally {
        graph.release(target);
      }
    });
  };
}

/** The file that a drive is copied to, as a node that this holds. */
function openTarget(
  parts: JobParts,
  args: QDict,
  source: BlockNode,
): { readonly target: BlockNode; readonly sync: string } {
  const { graph } = parts;
  const filename = textOf(args, 'target');
  const isNew = args.get('mode') !== 'existing';
  const format =
    (args.get('format') as string | undefined) ?? (isNew ? source.skippingFilters.driver : undefined);
  let sync = textOf(args, 'sync');
  let backing: BlockNode | undefined;
  if (sync === 'top') {
    backing = source.skippingFilters.backing;
    if (backing === undefined) sync = 'full';
  }
  if (sync === 'none') backing = source;
  if (isNew) makeTarget(parts, { filename, format: format ?? 'raw', size: source.size, backing });
  const options = new QDict([
    ['discard', 'unmap'],
    ['detect-zeroes', 'unmap'],
  ]);
  if (format !== undefined) options.set('driver', format);
  const target = graph.open(options, { filename, noBacking: sync === 'none' });
  if (sync === 'none') {
    try {
      graph.setBacking(target, source);
    } catch (error) {
      graph.release(target);
      throw error;
    }
  }
  return { target, sync };
}

/** The source stands still until the transaction is over. */
function prepare(
  { jobs }: JobParts,
  { backupDrains }: JobRules,
  source: BlockNode,
  create: () => ReturnType<typeof createBackup>,
): PreparedAction {
  // The transaction has drained once.
  for (let drains = 1; drains < backupDrains; drains += 1) jobs.drain();
  const endDrain = jobs.drainBegin((job) => job.isOn(source));
  let job: ReturnType<typeof createBackup>;
  try {
    job = create();
  } catch (error) {
    endDrain();
    throw error;
  }
  job.pause();
  return {
    commit: () => job.start(),
    abort: () => job.cancel(true),
    clean() {
      job.resume();
      endDrain();
    },
  };
}
