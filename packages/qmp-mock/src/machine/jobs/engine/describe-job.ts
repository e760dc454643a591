/** The part of a job that `query-jobs` shows. */
export interface ShownJob {
  readonly id: string;
  readonly status: string;
  readonly driver: {
    readonly type: string;
    readonly describe?: (() => Record<string, unknown>) | undefined;
  };
  readonly progress: { readonly current: number; readonly total: number };
  readonly error?: string | undefined;
}

/** The part of a job on block nodes that `query-block-jobs` shows. */
export interface ShownBlockJob extends ShownJob {
  readonly autoFinalize: boolean;
  readonly autoDismiss: boolean;
  readonly ioStatus: string;
  readonly busy: boolean;
  readonly isPaused: boolean;
  readonly isReady: boolean;
  readonly speed: number;
}

/** A job as `query-jobs` shows it. */
export function describeJob(job: ShownJob): Record<string, unknown> {
  return {
    'current-progress': job.progress.current,
    status: job.status,
    'total-progress': job.progress.total,
    type: job.driver.type,
    id: job.id,
    ...(job.error === undefined ? {} : { error: job.error }),
  };
}

/** A job on block nodes as `query-block-jobs` shows it. */
export function describeBlockJob(job: ShownBlockJob): Record<string, unknown> {
  return {
    'auto-finalize': job.autoFinalize,
    'io-status': job.ioStatus,
    device: job.id,
    'auto-dismiss': job.autoDismiss,
    busy: job.busy,
    len: job.progress.total,
    offset: job.progress.current,
    status: job.status,
    paused: job.isPaused,
    speed: job.speed,
    ready: job.isReady,
    type: job.driver.type,
    ...job.driver.describe?.(),
    ...(job.error === undefined ? {} : { error: job.error }),
  };
}
