import { QmpStateError } from 'qmp-core/errors';

/** Errors that a disk gives, as QEMU prints them (`strerror`). */
const TEXTS = {
  ENOSPC: 'No space left on device',
  EIO: 'Input/output error',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
  EINVAL: 'Invalid argument',
  ENOMEM: 'Cannot allocate memory',
  EAGAIN: 'Resource temporarily unavailable',
  ETIMEDOUT: 'Connection timed out',
  ECONNRESET: 'Connection reset by peer',
  ENOTCONN: 'Transport endpoint is not connected',
  EDQUOT: 'Disk quota exceeded',
} as const;

/** Error of a disk, by its name on Linux. */
export type DiskError = keyof typeof TEXTS;

/** The failure of a part of a job. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  /** Stable code of the error. */
  readonly code = 'QMP_JOB_FAILURE';
  /** Name of the error on Linux. */
  readonly errno: DiskError;
  /** Whether reading failed, or writing. */
  readonly operation: 'read' | 'write';

  constructor(errno: DiskError, operation: 'read' | 'write') {
    super(TEXTS[errno]);
    this.errno = errno;
    this.operation = operation;
  }
}

/** Options of {@link JobControl.fail}. */
export interface FailOptions {
  /** Whether reading from the source fails, or writing to the target. Default: `'write'`. */
  readonly operation?: 'read' | 'write' | undefined;
}

/**
 * The steering wheel of a job, by the job's id. It may be taken before the job is there: then it acts from
 * the job's first step on. It stays the same when another job with that id comes.
 *
 * @example
 * mock.machine.jobs.get('j0').hold()
 * await client.execute('blockdev-backup', { 'job-id': 'j0', device: 'disk', target: 'copy', sync: 'full' })
 * mock.machine.jobs.get('j0').advance(0.5) // query-jobs: half of the disk is copied
 * mock.machine.jobs.get('j0').fail('ENOSPC') // BLOCK_JOB_COMPLETED with an error
 */
export class JobControl {
  readonly #wake: () => void;
  #held = false;
  /** Share of the whole work that was granted and not yet turned into bytes. */
  #share = 0;
  /** Progress in bytes up to which a held job may go. */
  #limit: number | undefined;
  #failure: JobFailure | undefined;

  /** @param wake - Lets the job look again whether it may go on. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Whether the job stands still because of {@link hold}. */
  get held(): boolean {
    return this.#held;
  }

  /**
   * Holds the job: it copies nothing more until {@link release} or {@link advance}. It can be paused,
   * cancelled and asked about meanwhile, as a slow job can.
   */
  hold(): void {
    this.#held = true;
    this.#share = 0;
    this.#limit = undefined;
  }

  /** Lets a held job go on by itself. */
  release(): void {
    this.#held = false;
    this.#wake();
  }

  /**
   * Lets the job do a part of its work, and holds it then.
   *
   * @param fraction - Share of the job's whole work, from 0 to 1, that it does now in addition.
   * @throws QmpStateError if `fraction` is not a number from 0 to 1.
   * @example
   * const backup = mock.machine.jobs.get('j0')
   * backup.hold()
   * backup.advance(0.25)
   * backup.advance(0.25) // half of it is done
   */
  advance(fraction: number): void {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new QmpStateError(`Expected a share of a job's work from 0 to 1, got ${String(fraction)}`);
    }
    this.#held = true;
    this.#share += fraction;
    this.#wake();
  }

  /**
   * Lets the next part of the job's work fail once. What comes of it is up to the job's `on-source-error` and
   * `on-target-error`: by default the job ends with that error.
   *
   * @param error - Name of the error on Linux, for example `ENOSPC`.
   * @throws QmpStateError if it is not the name of an error that disks give.
   * @example
   * const more = { sync: 'full', 'on-target-error': 'stop' } as const
   * await client.execute('drive-backup', { device: 'd0', target: 'b.img', ...more })
   * mock.machine.jobs.get('d0').fail('ENOSPC') // BLOCK_JOB_ERROR, action stop
   * await client.execute('block-job-resume', { device: 'd0' }) // it tries again
   */
  fail(error: DiskError, { operation = 'write' }: FailOptions = {}): void {
    if (!Object.hasOwn(TEXTS, error)) {
      const known = Object.keys(TEXTS).join(', ');
      throw new QmpStateError(`Expected the name of a disk's error (${known}), got ${JSON.stringify(error)}`);
    }
    this.#failure = new JobFailure(error, operation);
    this.#wake();
  }

  /** Whether the next part fails. */
  get failing(): boolean {
    return this.#failure !== undefined;
  }

  /** Throws the failure that a test asked for, once. */
  assertWorks(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** Bytes that a job may copy before it's held; everything if it isn't. */
  allowance({ current, total }: { readonly current: number; readonly total: number }): number {
    if (!this.#held) return Infinity;
    this.#limit = (this.#limit ?? current) + Math.round(this.#share * total);
    this.#share = 0;
    return Math.max(0, this.#limit - current);
  }
}
