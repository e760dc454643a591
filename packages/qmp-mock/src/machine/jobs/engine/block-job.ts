import { genericError } from '../../command.ts';
import { JobFailure } from './job-control.ts';
import { Job, type JobOptions, type JobRoutine, type JobWorld } from './job.ts';
import { RateLimit } from './rate-limit.ts';

/** Action of a job when a disk fails (`BlockdevOnError`). */
export type OnError = 'report' | 'ignore' | 'enospc' | 'stop' | 'auto';

/** Nodes of a job, as far as others ask for them. */
export interface JobsNodes {
  /** Whether one of them is a node, or is above it. */
  isOn(node: object): boolean;
}

/** Options of a {@link BlockJob}. */
export interface BlockJobOptions extends JobOptions {
  /** Bytes a second; 0: as fast as it can. */
  readonly speed?: number | undefined;
  /** The nodes that it has. */
  readonly nodes?: JobsNodes | undefined;
}

/** A job on block nodes (`BlockJob` in blockjob.c): its progress is in bytes, it has a speed and events. */
export class BlockJob extends Job {
  speed = 0;
  /** `io-status`: whether a failure has stopped it. */
  ioStatus: 'ok' | 'failed' | 'nospace' = 'ok';
  readonly #limit = new RateLimit();
  readonly #nodes: JobsNodes | undefined;

  constructor(world: JobWorld, options: BlockJobOptions) {
    super(world, options);
    this.#nodes = options.nodes;
  }

  /** Whether it has a node, or one above it. */
  isOn(node: object): boolean {
    return this.#nodes?.isOn(node) === true;
  }

  setSpeed(speed: number): void {
    this.check('set-speed');
    if (speed < 0) throw genericError("Parameter 'speed' expects a non-negative value");
    const old = this.speed;
    this.speed = speed;
    this.#limit.speed = speed;
    if (speed !== 0 && speed <= old) return;
    if (this.isSleeping) this.enter();
  }

  /**
   * Waits until the job's speed and a test let it go on.
   *
   * @param wanted - Bytes that the next part has at most.
   * @returns Bytes that the next part may have; 0 for a job that is to end.
   */
  *mayCopy(wanted: number): JobRoutine<number> {
    for (;;) {
      yield* this.pausePoint();
      if (this.isCancelled) return 0;
      const { control } = this;
      const allowed = control.allowance(this.progress);
      const delay = control.failing ? 0 : this.#limit.delay(0, this.world.clock.now() / 1000);
      if (allowed === 0 && !control.failing) yield* this.sleep();
      else if (delay > 0) yield* this.sleep(delay);
      else return allowed === 0 ? wanted : Math.min(wanted, allowed);
    }
  }

  /** Takes note of bytes that were copied. */
  copied(bytes: number): void {
    this.#limit.delay(bytes, this.world.clock.now() / 1000);
  }

  /**
   * Does what a user wants done about a failed disk.
   *
   * @returns Whether the job is to go on; otherwise it's to end with this failure.
   */
  failed(failure: JobFailure, onError: OnError): boolean {
    const isFull = failure.errno === 'ENOSPC';
    const stops = onError === 'stop' || (isFull && (onError === 'enospc' || onError === 'auto'));
    const action = stops ? 'stop' : onError === 'ignore' ? 'ignore' : 'report';
    this.world.emit('BLOCK_JOB_ERROR', { device: this.id, operation: failure.operation, action });
    if (!stops) return action === 'ignore';
    if (!this.userPaused) {
      this.pause();
      this.userPaused = true;
    }
    if (this.ioStatus === 'ok') this.ioStatus = isFull ? 'nospace' : 'failed';
    return true;
  }

  protected override resumed(): void {
    this.ioStatus = 'ok';
  }

  protected override onReady(): void {
    this.world.emit('BLOCK_JOB_READY', this.#event());
  }

  protected override onPending(): void {
    this.world.emit('BLOCK_JOB_PENDING', { type: this.driver.type, id: this.id });
  }

  protected override onCompleted(): void {
    const { error } = this;
    this.world.emit('BLOCK_JOB_COMPLETED', { ...this.#event(), ...(error === undefined ? {} : { error }) });
  }

  protected override onCancelled(): void {
    this.world.emit('BLOCK_JOB_CANCELLED', this.#event());
  }

  #event(): Record<string, unknown> {
    const { current, total } = this.progress;
    return { device: this.id, len: total, offset: current, speed: this.speed, type: this.driver.type };
  }
}
