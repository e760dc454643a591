import type { QDict } from '../../../engine/json/value.ts';
import { textOf } from '../../command.ts';
import type { JobDriver, JobRoutine } from '../engine/job.ts';
import type { Jobs } from '../engine/jobs.ts';
import type { MachineSnapshots } from './machine-snapshots.ts';

/** Kinds of jobs that are about snapshots of the whole machine. */
export type SnapshotJobType = 'snapshot-save' | 'snapshot-load' | 'snapshot-delete';

/** Starts a job on a snapshot of the whole machine (`qmp_snapshot_save` and its like). */
export function startSnapshotJob(
  { jobs, snapshots }: { readonly jobs: Jobs; readonly snapshots: MachineSnapshots },
  type: SnapshotJobType,
  args: QDict,
): void {
  const tag = textOf(args, 'tag');
  const devices = args.get('devices') as string[];
  const work = {
    'snapshot-save': () => snapshots.save(tag, false, { devices, vmstate: textOf(args, 'vmstate') }, type),
    'snapshot-load': () => snapshots.load(tag, { devices, vmstate: textOf(args, 'vmstate') }, type),
    'snapshot-delete': () => snapshots.delete(tag, { devices }, type),
  }[type]();
  const driver: JobDriver = {
    type,
    *run(job): JobRoutine {
      yield 'soon';
      job.progress.total = 1;
      try {
        work();
      } finally {
        job.progress.current = 1;
        yield 'later';
      }
    },
  };
  jobs.create({ id: textOf(args, 'job-id'), driver, manualDismiss: true }).start();
}
