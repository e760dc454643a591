import type { QDict } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError, textOf } from '../../command.ts';
import type { JobDriver, JobRoutine } from '../engine/job.ts';
import type { JobParts } from './parts.ts';

/** `x-blockdev-amend` (`block/amend.c`): of qcow2, only encryption could be changed. */
export function startAmend({ graph, jobs }: JobParts, args: QDict): void {
  const node = graph.lookup('', textOf(args, 'node-name'));
  const options = args.get('options') as QDict;
  const driver = textOf(options, 'driver');
  if (driver !== node.driver) {
    throw genericError("x-blockdev-amend doesn't support changing the block driver");
  }
  if (driver !== 'qcow2' || options.has('encrypt')) notModelled(`x-blockdev-amend of ${driver}`);
  jobs.create({ id: textOf(args, 'job-id'), driver: AMEND, manualDismiss: true }).start();
}

const AMEND: JobDriver = {
  type: 'amend',
  *run(job): JobRoutine {
    job.progress.total = 1;
    job.progress.current = 1;
    // It waits for nothing.
    yield* [];
  },
};
