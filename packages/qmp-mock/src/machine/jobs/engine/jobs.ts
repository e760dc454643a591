import type { Clock } from '../../../engine/clock.ts';
import { QDict } from '../../../engine/json/value.ts';
import type { CommandCall } from '../../../engine/monitor/command-host.ts';
import {
  commandTable,
  deviceNotActive,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../../command.ts';
import { complaintsOf, hmpTable, taking, unlessTouched, type HmpTable } from '../../hmp/command.ts';
import { viaQmp } from '../../hmp/via-qmp.ts';
import { isIdentifier } from '../../identifier.ts';
import type { Setup } from '../../setup/setup.ts';
import type { Subsystem } from '../../subsystem.ts';
import { BlockJob, type BlockJobOptions } from './block-job.ts';
import { describeBlockJob, describeJob } from './describe-job.ts';
import { JobControl } from './job-control.ts';
import { Job, type JobOptions, type JobWorld } from './job.ts';
import { MainLoop } from './main-loop.ts';

/** Parts of the machine that {@link Jobs} needs. */
export interface JobsParts {
  readonly setup: Setup;
  readonly clock: Clock;
  readonly emit: (event: string, data?: Record<string, unknown>) => void;
  /** How often jobs stand still at the end of the machine. */
  readonly endDrains: () => number;
}

type NewJob<T extends JobOptions> = Omit<T, 'control' | 'id'> & { readonly id: string };

/** All jobs, and the commands that steer them (`qapi/job.json`, and those of blockdev.c). */
export class Jobs implements Subsystem {
  readonly commands: CommandTable;
  readonly loop: MainLoop = new MainLoop();
  /** Newest first. */
  readonly #jobs: Job[] = [];
  readonly #controls = new Map<string, JobControl>();
  readonly #parts: JobsParts;
  readonly #world: JobWorld;

  constructor(parts: JobsParts) {
    this.#parts = parts;
    this.#world = {
      loop: this.loop,
      clock: parts.clock,
      emit: parts.emit,
      remove: (job) => void this.#jobs.splice(this.#jobs.indexOf(job), 1),
    };
    this.commands = commandTable({
      'query-jobs': this.#query((job) => describeJob(job)),
      'query-block-jobs': this.#query((job) => (job instanceof BlockJob ? describeBlockJob(job) : undefined)),
      'job-cancel': this.#onJob((job) => job.cancelByUser(true)),
      'job-pause': this.#onJob((job) => job.pauseByUser()),
      'job-resume': this.#onJob((job) => job.resumeByUser()),
      'job-complete': this.#onJob((job) => job.complete()),
      'job-dismiss': this.#onJob((job) => job.dismiss()),
      'job-finalize': this.#onJob((job) => job.finalize()),
      'block-job-cancel': this.#onBlockJob('device', (job, args) => {
        const force = args.get('force') === true;
        if (job.userPaused && !force) {
          throw genericError(`The block job for device '${job.id}' is currently paused`);
        }
        job.cancelByUser(force);
      }),
      'block-job-pause': this.#onBlockJob('device', (job) => job.pauseByUser()),
      'block-job-resume': this.#onBlockJob('device', (job) => job.resumeByUser()),
      'block-job-complete': this.#onBlockJob('device', (job) => job.complete()),
      'block-job-set-speed': this.#onBlockJob('device', (job, args) =>
        job.setSpeed(Number(args.get('speed'))),
      ),
      'block-job-dismiss': this.#onBlockJob('id', (job) => job.dismiss()),
      'block-job-finalize': this.#onBlockJob('id', (job) => job.finalize()),
      'block-job-change': this.#onBlockJob('id', (job, args) => {
        job.check('change');
        if (job.driver.change === undefined) throw genericError('Job type does not support change');
        job.driver.change(job, args);
      }),
    });
  }

  /**
   * Gives the steering wheel of a job: the job may be there, or may come later.
   *
   * @param id - The job's id. A job that was given none has the name of its drive.
   */
  get(id: string): JobControl {
    let control = this.#controls.get(id);
    if (control === undefined) {
      control = new JobControl(() => {
        const job = this.find(id);
        if (job !== undefined && !job.isPaused) this.loop.turn(() => job.enter());
      });
      this.#controls.set(id, control);
    }
    return control;
  }

  /** Finds a job by its id. */
  find(id: string): Job | undefined {
    return this.#jobs.find((job) => job.id === id);
  }

  /** All jobs, newest first. */
  list(): readonly Job[] {
    return this.#jobs;
  }

  /** Makes a job that isn't about a node: `created`. Throws QEMU's refusal of its id. */
  create(options: NewJob<JobOptions>): Job {
    this.#checkId(options.id);
    return this.#add(new Job(this.#world, { ...options, control: this.get(options.id) }));
  }

  /** Makes a job on nodes: `created`. Throws QEMU's refusal of its id or its speed. */
  createBlockJob(options: NewJob<BlockJobOptions>): BlockJob {
    this.#checkId(options.id);
    const job = new BlockJob(this.#world, { ...options, control: this.get(options.id) });
    this.#add(job);
    try {
      job.setSpeed(options.speed ?? 0);
    } catch (error) {
      job.failEarly();
      throw error;
    }
    return job;
  }

  #add<T extends Job>(job: T): T {
    this.#jobs.unshift(job);
    return job;
  }

  #checkId(id: string): void {
    if (!isIdentifier(id)) throw genericError(`Invalid job ID '${id}'`);
    if (this.find(id) !== undefined) throw genericError(`Job ID '${id}' already in use`);
  }

  /** Runs a command's part in jobs: what it schedules comes before its reply, or after it. */
  during<T>(call: Pick<CommandCall, 'afterReply'>, run: () => T): T {
    return this.loop.command((action) => call.afterReply(action), run);
  }

  /** Lets requests come to their end (`bdrv_drain_all`): jobs that run stand still for a moment. */
  drain(concerned: (job: BlockJob) => boolean = () => true): void {
    const end = this.drainBegin(concerned);
    end();
  }

  /** Begins a time in which no request runs. Gives a function that ends it. */
  drainBegin(concerned: (job: BlockJob) => boolean = () => true): () => void {
    const jobs = this.#jobs.filter((job) => job instanceof BlockJob && !job.isOver && concerned(job));
    for (const job of jobs) job.pause();
    return () => {
      for (const job of jobs) job.resume();
    };
  }

  /** The machine ends: all jobs do (`job_cancel_sync_all`). */
  end(): void {
    for (let drains = this.#parts.endDrains(); drains > 0; drains -= 1) this.loop.turn(() => this.drain());
    for (const job of [...this.#jobs]) {
      this.loop.turn(() => job.cancel(true));
      // One that waits for job-dismiss.
      if (job.status === 'concluded') job.cancel(true);
    }
  }

  /** No job goes on by itself any more. */
  stop(): void {
    for (const job of this.#jobs) job.stop();
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp(`
        block_job_pause=block-job-pause device:device
        block_job_resume=block-job-resume device:device
        block_job_complete=block-job-complete device:device
        block_job_set_speed=block-job-set-speed device:device speed:number
      `),
      ...hmpTable({
        block_job_cancel: taking('-f device:device', (given, context) =>
          complaintsOf(() =>
            context.qmp(
              'block-job-cancel',
              new QDict([
                ['device', String(given.get('device'))],
                ['force', given.get('f') === true],
              ]),
            ),
          ),
        ),
      }),
    ]);
  }

  infoTopics(): HmpTable {
    return hmpTable({
      'block-jobs': unlessTouched(this.#parts.setup, ['jobs'], () => {
        const jobs = this.#jobs.filter((job) => job instanceof BlockJob);
        return jobs.length === 0 ? ['No active jobs'] : jobs.map((job) => lineOf(job));
      }),
    });
  }

  #query(describe: (job: Job) => Record<string, unknown> | undefined): MachineCommand {
    return (_args, call) => {
      this.#parts.setup.require(call.name, 'jobs');
      return this.#jobs.map((job) => describe(job)).filter((job) => job !== undefined);
    };
  }

  #onJob(run: (job: Job) => void): MachineCommand {
    return (args, call) => {
      const job = this.find(textOf(args, 'id'));
      if (job === undefined) {
        this.#parts.setup.require(call.name, 'jobs');
        throw genericError('Job not found');
      }
      this.during(call, () => run(job));
    };
  }

  #onBlockJob(member: string, run: (job: BlockJob, args: QDict) => void): MachineCommand {
    return (args, call) => {
      const id = textOf(args, member);
      const job = this.find(id);
      if (!(job instanceof BlockJob)) {
        this.#parts.setup.require(call.name, 'jobs');
        throw deviceNotActive(`Block job '${id}' not found`);
      }
      this.during(call, () => run(job, args));
    };
  }
}

/** A job as the human monitor shows it. */
function lineOf(job: BlockJob): string {
  const { current, total } = job.progress;
  const what =
    job.driver.type === 'stream' ? `Streaming device ${job.id}` : `Type ${job.driver.type}, device ${job.id}`;
  return `${what}: Completed ${current} of ${total} bytes, speed limit ${job.speed} bytes/s`;
}
