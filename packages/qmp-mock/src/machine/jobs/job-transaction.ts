import type { Job } from './job.ts';

/** Jobs that end together (`JobTxn` in job.c): each job is in one, mostly alone. */
export class JobTransaction {
  /** Newest first. */
  readonly jobs: Job[] = [];
  /** Whether one of them has failed, so that all are ended. */
  aborting = false;

  /** Runs a step of each job; ends with the first that says so. */
  all(step: (job: Job) => boolean): boolean {
    return [...this.jobs].every(step);
  }
}
