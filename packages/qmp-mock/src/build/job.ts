import { describeBlockJob, describeJob } from '../machine/jobs/engine/describe-job.ts';
import { givenMembers, type BlockJobInfo, type Given, type JobInfo } from './types.ts';

/** Options of {@link job}. Any further member replaces the one that QEMU would have. */
export interface JobOptions extends Given<JobInfo> {
  id: string;
  /** Kind of job, such as `backup`. */
  type: JobInfo['type'];
}

/**
 * Builds an entry of `query-jobs`: a job that runs and has done nothing yet.
 *
 * @example
 * mock.handle('query-jobs', [job({ id: 'j0', type: 'backup', 'total-progress': 2048 })]);
 */
export function job(options: JobOptions): JobInfo {
  const { id, type } = options;
  const progress = { current: 0, total: 0 };
  const built = describeJob({ id, status: 'running', driver: { type }, progress });
  return { ...built, ...givenMembers(options) } as unknown as JobInfo;
}

/** Options of {@link blockJob}. Any further member replaces the one that QEMU would have. */
export interface BlockJobInfoOptions extends Given<Omit<BlockJobInfo, 'device' | 'type'>> {
  /** Id of the job. */
  device: string;
  /** Kind of job, such as `mirror`. */
  type: BlockJobInfo['type'];
  /** Whether a mirror has copied everything and copies what is written at once. */
  'actively-synced'?: boolean | undefined;
}

/**
 * Builds an entry of `query-block-jobs`: a job that runs without a limit, finishes by itself, and has done
 * nothing yet.
 *
 * @example
 * mock.handle('query-block-jobs', [blockJob({ device: 'j0', type: 'mirror', len: 2 ** 30 })]);
 */
export function blockJob(options: BlockJobInfoOptions): BlockJobInfo {
  const built = describeBlockJob({
    id: options.device,
    status: 'running',
    driver: { type: options.type },
    progress: { current: 0, total: 0 },
    autoFinalize: true,
    autoDismiss: true,
    ioStatus: 'ok',
    busy: true,
    isPaused: false,
    isReady: false,
    speed: 0,
  });
  return { ...built, ...givenMembers(options) } as unknown as BlockJobInfo;
}
