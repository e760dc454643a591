import { genericError } from '../../command.ts';

/** State of a job (`JobStatus` in `qapi/job.json`). */
export type JobStatus =
  | 'undefined'
  | 'created'
  | 'running'
  | 'paused'
  | 'ready'
  | 'standby'
  | 'waiting'
  | 'pending'
  | 'aborting'
  | 'concluded'
  | 'null';

/** Something that a user asks of a job (`JobVerb`). */
export type JobVerb =
  | 'cancel'
  | 'pause'
  | 'resume'
  | 'set-speed'
  | 'complete'
  | 'dismiss'
  | 'finalize'
  | 'change';

const ACTIVE: readonly JobStatus[] = ['created', 'running', 'paused', 'ready', 'standby'];

/** States in which a job takes a verb (`JobVerbTable` in job.c). */
const ALLOWED: Readonly<Record<JobVerb, readonly JobStatus[]>> = {
  cancel: [...ACTIVE, 'waiting', 'pending'],
  pause: ACTIVE,
  resume: ACTIVE,
  'set-speed': ACTIVE,
  complete: ['ready', 'standby'],
  dismiss: ['concluded'],
  finalize: ['pending'],
  change: ACTIVE,
};

/** Refuses a verb in a state in which a job doesn't take it, in QEMU's words. */
export function checkVerb(id: string, status: JobStatus, verb: JobVerb): void {
  if (ALLOWED[verb].includes(status)) return;
  throw genericError(`Job '${id}' in state '${status}' cannot accept command verb '${verb}'`);
}
