import type { Clock } from '../../../engine/clock.ts';
import type { QDict } from '../../../engine/json/value.ts';
import { genericError } from '../../command.ts';
import type { JobControl } from './job-control.ts';
import { checkVerb, type JobStatus, type JobVerb } from './job-status.ts';
import type { MainLoop } from './main-loop.ts';

/**
 * A job waits: for the main loop (`soon`), for a disk (`later`), for a time or until somebody kicks it
 * (`kick`).
 */
export type JobWait = 'soon' | 'later' | { readonly kick: true; readonly ms?: number | undefined };

/** The work of a job (its coroutine): it yields what it waits for, and throws if it fails. */
export type JobRoutine<T = void> = Generator<JobWait, T>;

/** A kind of job (`JobDriver` in qemu/job.h). */
export interface JobDriver {
  /** Its name, as queries give it. */
  readonly type: string;
  /** Does the work. */
  run(job: Job): JobRoutine;
  /** The user lets a job that is ready come to its end. */
  complete?(job: Job): void;
  /** The job is to be cancelled. Gives whether it is by force: without it, that's always so. */
  cancel?(job: Job, force: boolean): boolean;
  /** Changes the graph before the end; throws if that fails. */
  prepare?(job: Job): void;
  /** All have succeeded. */
  commit?(job: Job): void;
  /** One has failed, or the job was cancelled. */
  abort?(job: Job): void;
  /** Gives back what it has, however it ended. */
  clean?(job: Job): void;
  /** Changes its options while it runs (`block-job-change`). */
  change?(job: Job, options: QDict): void;
  /** Members that `query-block-jobs` shows for jobs of this kind only. */
  describe?(): Record<string, unknown>;
}

/** Surroundings of jobs. */
export interface JobWorld {
  readonly loop: MainLoop;
  readonly clock: Clock;
  emit(event: string, data?: Record<string, unknown>): void;
  /** A job is gone. */
  remove(job: Job): void;
}

/** Options of a {@link Job}. */
export interface JobOptions {
  readonly id: string;
  readonly driver: JobDriver;
  /** Whether the last step waits for `job-finalize`. Default: false. */
  readonly manualFinalize?: boolean | undefined;
  /** Whether a job that is over stays until `job-dismiss`. Default: false. */
  readonly manualDismiss?: boolean | undefined;
  /** Jobs that it ends together with. Default: it's alone. */
  readonly transaction?: JobTransaction | undefined;
  readonly control: JobControl;
}

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

/** Text of the error of a job that was cancelled. */
export const CANCELLED = 'Operation canceled';

/** A background job (`Job` in job.c): the states that it goes through, and its events. */
export class Job {
  readonly id: string;
  readonly driver: JobDriver;
  readonly world: JobWorld;
  readonly control: JobControl;
  readonly autoFinalize: boolean;
  readonly autoDismiss: boolean;
  readonly progress = { current: 0, total: 0 };
  /** Text of its failure. */
  error: string | undefined;
  /** Whether its work goes on, so that it can't be woken. */
  busy = false;
  /** Whether a user has paused it. */
  userPaused = false;
  readonly #transaction: JobTransaction;
  #status: JobStatus = 'undefined';
  #routine: JobRoutine | undefined;
  #pauseCount = 1;
  /** Whether it stands at a pause point. */
  #paused = true;
  #cancelled = false;
  #forced = false;
  /** Whether its work is done, and only the end is to come. */
  #worked = false;
  #prepared = false;
  #timer: (() => void) | undefined;

  constructor(world: JobWorld, options: JobOptions) {
    this.world = world;
    this.id = options.id;
    this.driver = options.driver;
    this.control = options.control;
    this.autoFinalize = options.manualFinalize !== true;
    this.autoDismiss = options.manualDismiss !== true;
    this.#transaction = options.transaction ?? new JobTransaction();
    this.#transaction.jobs.unshift(this);
    this.#go('created');
  }

  get status(): JobStatus {
    return this.#status;
  }

  /** Whether a user, or somebody else, has it paused. */
  get isPaused(): boolean {
    return this.#pauseCount > 0;
  }

  get isStarted(): boolean {
    return this.#routine !== undefined;
  }

  /** Whether it's to end without having done its work. */
  get isCancelled(): boolean {
    return this.#forced;
  }

  /** Whether somebody has asked it to end, by force or not. */
  get isCancelRequested(): boolean {
    return this.#cancelled;
  }

  /** Whether its own work is done, well or not. */
  get isOver(): boolean {
    return !['undefined', 'created', 'running', 'paused', 'ready', 'standby'].includes(this.#status);
  }

  get isReady(): boolean {
    return this.#status === 'ready' || this.#status === 'standby';
  }

  /** Whether a disk that works is between it and the clock or the test that it waits for. */
  get isSleeping(): boolean {
    return this.#timer !== undefined;
  }

  /** Refuses a verb that doesn't fit its state. */
  check(verb: JobVerb): void {
    checkVerb(this.id, this.#status, verb);
  }

  start(): void {
    this.#pauseCount -= 1;
    this.busy = true;
    this.#paused = false;
    this.#go('running');
    this.#routine = this.#work();
    this.#resumeRoutine();
  }

  /** Ends a job that can't be started after all. */
  failEarly(): void {
    this.#transaction.jobs.splice(this.#transaction.jobs.indexOf(this), 1);
    this.#go('null');
    this.driver.clean?.(this);
    this.world.remove(this);
  }

  /** Wakes it where it waits for somebody to do so. */
  enter(): void {
    if (!this.isStarted || this.#worked || this.busy) return;
    this.#timer?.();
    this.#timer = undefined;
    this.busy = true;
    this.#resumeRoutine();
  }

  /** Wakes it, unless it's paused: then it goes on once it is resumed. */
  kick(): void {
    if (!this.#paused) this.enter();
  }

  /** Nothing wakes it by itself any more. */
  stop(): void {
    this.#timer?.();
    this.#timer = undefined;
  }

  pause(): void {
    this.#pauseCount += 1;
    if (!this.#paused) this.enter();
  }

  resume(): void {
    this.#pauseCount -= 1;
    if (this.#pauseCount === 0 && this.#timer === undefined) this.enter();
  }

  pauseByUser(): void {
    this.check('pause');
    if (this.userPaused) throw genericError('Job is already paused');
    this.userPaused = true;
    this.pause();
  }

  resumeByUser(): void {
    if (!this.userPaused) throw genericError("Can't resume a job that was not paused");
    this.check('resume');
    this.resumed();
    this.userPaused = false;
    this.resume();
  }

  /** A user lets it go on. */
  protected resumed(): void {}

  complete(): void {
    this.check('complete');
    if (this.#cancelled || this.driver.complete === undefined) {
      throw genericError(`The active block job '${this.id}' cannot be completed`);
    }
    this.driver.complete(this);
  }

  cancelByUser(force: boolean): void {
    this.check('cancel');
    this.cancel(force);
  }

  cancel(force: boolean): void {
    if (this.#status === 'concluded') return this.#dismiss();
    this.#requestCancel(force);
    if (!this.isStarted) this.#completed();
    else if (!this.#worked) this.enter();
    else if (this.#forced) this.#abortAll();
  }

  finalize(): void {
    this.check('finalize');
    this.#finalizeAll();
  }

  dismiss(): void {
    this.check('dismiss');
    this.#dismiss();
  }

  /** Its work is done as far as it can be without the user: `ready`. */
  becomeReady(): void {
    this.#go('ready');
    this.onReady();
  }

  protected onReady(): void {}
  protected onPending(): void {}
  protected onCompleted(): void {}
  protected onCancelled(): void {}

  /** Waits until somebody wakes it, or for a time. */
  *sleep(ms?: number): JobRoutine {
    if (this.isCancelled) return;
    if (!this.isPaused) yield { kick: true, ms };
    yield* this.pausePoint();
  }

  /** Stands still as long as it's paused. */
  *pausePoint(): JobRoutine {
    if (!this.isPaused || this.isCancelled) return;
    const status = this.#status;
    this.#go(status === 'ready' ? 'standby' : 'paused');
    this.#paused = true;
    yield { kick: true };
    this.#paused = false;
    this.#go(status);
  }

  *#work(): JobRoutine {
    yield* this.pausePoint();
    yield* this.driver.run(this);
  }

  #resumeRoutine(): void {
    let step: IteratorResult<JobWait, void>;
    try {
      step = this.#routine!.next();
    } catch (error) {
      this.error = failureOf(error);
      step = { done: true, value: undefined };
    }
    if (step.done === true) {
      this.#worked = true;
      this.world.loop.soon(() => {
        this.busy = false;
        this.#completed();
      });
      return;
    }
    const { value: wait } = step;
    if (wait === 'soon' || wait === 'later') {
      this.world.loop[wait](() => this.#resumeRoutine());
      return;
    }
    this.busy = false;
    if (wait.ms === undefined) return;
    this.#timer = this.world.clock.after(wait.ms, () => this.world.loop.turn(() => this.enter()), {
      kind: 'other',
      what: () => `the job ${this.id}, which its speed holds back`,
    });
  }

  /** Its work has ended, well or not. */
  #completed(): void {
    this.#updateError();
    if (this.error !== undefined) return this.#abortAll();
    this.#go('waiting');
    const { jobs } = this.#transaction;
    if (jobs.some((job) => !job.isOver)) return;
    for (const job of [...jobs]) {
      job.#go('pending');
      if (!job.autoFinalize) job.onPending();
    }
    if (jobs.every((job) => job.autoFinalize)) this.#finalizeAll();
  }

  #finalizeAll(): void {
    if (this.#transaction.all((job) => job.#prepare())) {
      for (const job of [...this.#transaction.jobs]) job.#finalizeOne();
    } else this.#abortAll();
  }

  #prepare(): boolean {
    if (this.error === undefined && !this.#prepared) {
      this.#prepared = true;
      try {
        this.driver.prepare?.(this);
      } catch (error) {
        this.error = failureOf(error);
      }
      this.#updateError();
    }
    return this.error === undefined;
  }

  #abortAll(): void {
    const transaction = this.#transaction;
    if (transaction.aborting) return;
    transaction.aborting = true;
    for (const job of [...transaction.jobs]) if (job !== this) job.#requestCancel(true);
    for (let job = transaction.jobs[0]; job !== undefined; job = transaction.jobs[0]) {
      if (!job.isOver) job.#finishNow();
      job.#finalizeOne();
    }
  }

  /** Lets a job that was cancelled come to the end of its work, without waiting for the main loop. */
  #finishNow(): void {
    if (!this.isStarted) return this.#updateError();
    this.busy = true;
    this.#timer?.();
    this.#timer = undefined;
    if (!this.#worked) this.#runOut();
    this.busy = false;
    this.#worked = true;
    this.#updateError();
  }

  #runOut(): void {
    try {
      for (let step = this.#routine!.next(); step.done !== true;) step = this.#routine!.next();
    } catch (error) {
      this.error = failureOf(error);
    }
  }

  #requestCancel(force: boolean): void {
    const forced = this.driver.cancel?.(this, force) ?? true;
    if (this.userPaused) {
      this.resumed();
      this.userPaused = false;
      this.#pauseCount -= 1;
    }
    if (!forced && this.#worked) return;
    this.#cancelled = true;
    this.#forced ||= forced;
  }

  #updateError(): void {
    if (this.error === undefined && this.isCancelled) this.error = CANCELLED;
    if (this.error !== undefined) this.#go('aborting');
  }

  #finalizeOne(): void {
    this.#updateError();
    if (this.error === undefined) this.driver.commit?.(this);
    else this.driver.abort?.(this);
    this.driver.clean?.(this);
    if (this.isStarted) {
      if (this.isCancelled) this.onCancelled();
      else this.onCompleted();
    }
    const { jobs } = this.#transaction;
    jobs.splice(jobs.indexOf(this), 1);
    this.#go('concluded');
    if (this.autoDismiss || !this.isStarted) this.#dismiss();
  }

  #dismiss(): void {
    this.#go('null');
    this.world.remove(this);
  }

  #go(status: JobStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.world.emit('JOB_STATUS_CHANGE', { status, id: this.id });
  }
}

/** Text of a job's failure, from what its work has thrown. Defects of ours are thrown on. */
function failureOf(error: unknown): string {
  if (error instanceof Error && ('desc' in error || 'errno' in error)) {
    return 'desc' in error ? String(error.desc) : error.message;
  }
  throw error;
}
