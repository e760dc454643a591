import { describe, expect, test } from 'vitest';
import { QDict } from '../../../engine/json/value.ts';
import type { CommandCall } from '../../../engine/monitor/command-host.ts';
import { MockClock } from '../../../mock/mock-clock.ts';
import type { Setup } from '../../setup/setup.ts';
import type { BlockJob } from './block-job.ts';
import { JobFailure } from './job-control.ts';
import { JobTransaction, type JobDriver, type JobRoutine } from './job.ts';
import { Jobs } from './jobs.ts';

const MIB = 1 << 20;

/** A job that copies `total` bytes; with `ready`, it's ready then and waits for the end. */
class Copying implements JobDriver {
  readonly type: string;
  readonly #total: number;
  readonly #chunk: number;
  #complete = false;

  constructor(type: 'backup' | 'mirror', total: number = MIB, chunk: number = MIB) {
    this.type = type;
    this.#total = total;
    this.#chunk = chunk;
    if (type !== 'mirror') return;
    this.complete = (job) => {
      this.#complete = true;
      job.kick();
    };
    this.cancel = (job, force) => force || !job.isReady;
  }

  complete?: NonNullable<JobDriver['complete']>;
  cancel?: NonNullable<JobDriver['cancel']>;

  *run(job: BlockJob): JobRoutine {
    const { progress } = job;
    progress.total = this.#total;
    while (progress.current < progress.total) {
      const bytes = yield* job.mayCopy(Math.min(this.#chunk, progress.total - progress.current));
      if (bytes === 0) return;
      try {
        job.control.assertWorks();
      } catch (error) {
        if (error instanceof JobFailure && job.failed(error, this.onError)) continue;
        throw error;
      }
      progress.current += bytes;
      job.copied(bytes);
    }
    if (this.type !== 'mirror') return;
    job.becomeReady();
    while (!this.#complete && !job.isCancelRequested) yield* job.sleep();
    yield 'later';
  }

  onError: 'report' | 'stop' | 'ignore' | 'enospc' = 'report';
}

/** Jobs, with what their events and replies are, in order. */
function setUp() {
  const log: string[] = [];
  const clock = new MockClock({ time: 0 });
  const jobs = new Jobs({
    setup: { require: () => {} } as unknown as Setup,
    clock,
    endDrains: () => 1,
    emit: (event, data) => {
      const { status, id } = data ?? {};
      const isChange = event === 'JOB_STATUS_CHANGE';
      const rest = Object.entries(data ?? {}).filter(([name]) => !['device', 'id', 'type'].includes(name));
      log.push(
        isChange
          ? `${String(id)} ${String(status)}`
          : [event, ...rest.map(([name, value]) => `${name}=${String(value)}`)].join(' '),
      );
    },
  });
  const call = (name: string): { call: CommandCall; replied: () => void } => {
    const actions: (() => void)[] = [];
    return {
      call: { name, afterReply: (action: () => void) => void actions.push(action) } as unknown as CommandCall,
      replied: () => {
        for (const action of actions) action();
      },
    };
  };
  const answer = (run: (call: CommandCall) => unknown, name = ''): unknown => {
    const { call: one, replied } = call(name);
    let value: unknown;
    try {
      value = run(one);
      log.push('return');
    } catch (error) {
      log.push((error as Error & { desc: string }).desc);
    }
    replied();
    return value;
  };
  const execute = (name: string, args: Record<string, string | number | boolean> = {}): unknown =>
    answer((one) => jobs.commands.get(name)!(new QDict(Object.entries(args)), one), name);
  const start = (
    id: string,
    driver: JobDriver,
    options: {
      speed?: number;
      manualFinalize?: boolean;
      manualDismiss?: boolean;
      transaction?: JobTransaction;
    } = {},
  ): unknown =>
    answer((one) =>
      jobs.during(one, () => {
        jobs.createBlockJob({ id, driver, ...options }).start();
      }),
    );
  const taken = (): string[] => log.splice(0);
  return { jobs, clock, execute, start, answer, taken };
}

// Each recorded from QEMU 7.2, 10.0 and 11.1.
describe('jobs', () => {
  test('a job without I/O is over before the reply', () => {
    const { start, taken } = setUp();
    start('b', new Copying('backup'));
    expect(taken()).toEqual([
      'b created',
      'b running',
      'b waiting',
      'b pending',
      'BLOCK_JOB_COMPLETED len=1048576 offset=1048576 speed=0',
      'b concluded',
      'b null',
      'return',
    ]);
  });

  test('verbs are refused by state', () => {
    const { start, execute, taken } = setUp();
    start('b', new Copying('backup', 64 * MIB), { speed: 65_536 });
    expect(taken()).toEqual(['b created', 'b running', 'return']);
    for (const verb of ['complete', 'finalize', 'dismiss']) execute(`job-${verb}`, { id: 'b' });
    execute('job-resume', { id: 'b' });
    execute('block-job-pause', { device: 'b' });
    execute('block-job-pause', { device: 'b' });
    execute('block-job-cancel', { device: 'b' });
    execute('block-job-set-speed', { device: 'b', speed: -1 });
    execute('block-job-resume', { device: 'b' });
    execute('job-cancel', { id: 'b' });
    execute('job-cancel', { id: 'b' });
    execute('block-job-cancel', { device: 'b' });
    expect(taken()).toEqual([
      "Job 'b' in state 'running' cannot accept command verb 'complete'",
      "Job 'b' in state 'running' cannot accept command verb 'finalize'",
      "Job 'b' in state 'running' cannot accept command verb 'dismiss'",
      "Can't resume a job that was not paused",
      'b paused',
      'return',
      'Job is already paused',
      "The block job for device 'b' is currently paused",
      "Parameter 'speed' expects a non-negative value",
      'b running',
      'return',
      'b aborting',
      'BLOCK_JOB_CANCELLED len=67108864 offset=1048576 speed=65536',
      'b concluded',
      'b null',
      'return',
      'Job not found',
      "Block job 'b' not found",
    ]);
  });

  test('a paused job is cancelled only by force', () => {
    const { start, execute, taken } = setUp();
    start('b', new Copying('backup', 64 * MIB), { speed: 65_536 });
    execute('job-pause', { id: 'b' });
    taken();
    execute('block-job-cancel', { device: 'b', force: true });
    expect(taken().slice(0, 3)).toEqual([
      'b running',
      'b aborting',
      'BLOCK_JOB_CANCELLED len=67108864 offset=1048576 speed=65536',
    ]);
  });

  test('ids and speeds are looked at', () => {
    const { start, taken } = setUp();
    start('', new Copying('backup'));
    start('b 1', new Copying('backup'));
    start('b', new Copying('backup'), { speed: -1 });
    start('b', new Copying('backup'), { manualDismiss: true });
    taken();
    start('b', new Copying('backup'));
    expect(taken()).toEqual(["Job ID 'b' already in use"]);
  });

  test.each([
    ['', "Invalid job ID ''"],
    ['b 1', "Invalid job ID 'b 1'"],
  ])('the id %j is refused', (id, text) => {
    const { start, taken } = setUp();
    start(id, new Copying('backup'));
    expect(taken()).toEqual([text]);
  });

  test('a job with a negative speed is made, and gone again', () => {
    const { start, jobs, taken } = setUp();
    start('b', new Copying('backup'), { speed: -1 });
    expect(taken()).toEqual(['b created', 'b null', "Parameter 'speed' expects a non-negative value"]);
    expect(jobs.list()).toEqual([]);
  });

  test('a mirror that is ready is completed, stands by, and waits for finalize and dismiss', () => {
    const { start, execute, taken } = setUp();
    start('m', new Copying('mirror'), { manualFinalize: true, manualDismiss: true });
    execute('job-pause', { id: 'm' });
    execute('job-complete', { id: 'm' });
    execute('job-resume', { id: 'm' });
    execute('job-complete', { id: 'm' });
    execute('job-finalize', { id: 'm' });
    execute('block-job-set-speed', { device: 'm', speed: 5 });
    execute('job-cancel', { id: 'm' });
    execute('job-dismiss', { id: 'm' });
    expect(taken()).toEqual([
      'm created',
      'm running',
      'm ready',
      'BLOCK_JOB_READY len=1048576 offset=1048576 speed=0',
      'return',
      'm standby',
      'return',
      'return',
      'm ready',
      'return',
      'm waiting',
      'm pending',
      'BLOCK_JOB_PENDING',
      "Job 'm' in state 'pending' cannot accept command verb 'complete'",
      'BLOCK_JOB_COMPLETED len=1048576 offset=1048576 speed=0',
      'm concluded',
      'return',
      "Job 'm' in state 'concluded' cannot accept command verb 'set-speed'",
      "Job 'm' in state 'concluded' cannot accept command verb 'cancel'",
      'm null',
      'return',
    ]);
  });

  test.each([
    ['job-cancel', { id: 'm' }, 'BLOCK_JOB_CANCELLED'],
    ['block-job-cancel', { device: 'm', force: true }, 'BLOCK_JOB_CANCELLED'],
    ['block-job-cancel', { device: 'm' }, 'BLOCK_JOB_COMPLETED'],
  ])('%s %j ends a ready mirror with %s', (name, args, event) => {
    const { start, execute, taken } = setUp();
    start('m', new Copying('mirror'));
    taken();
    execute(name, args);
    const lines = taken();
    expect(lines[0]).toBe('return');
    expect(lines.filter((line) => line.startsWith('BLOCK_JOB'))).toEqual([
      `${event} len=1048576 offset=1048576 speed=0`,
    ]);
  });

  test('jobs of a transaction end together', () => {
    const { jobs, start, execute, taken } = setUp();
    const transaction = new JobTransaction();
    start('j1', new Copying('backup'), { transaction, manualDismiss: true });
    expect(taken()).toEqual([
      'j1 created',
      'j1 running',
      'j1 waiting',
      'j1 pending',
      'BLOCK_JOB_COMPLETED len=1048576 offset=1048576 speed=0',
      'j1 concluded',
      'return',
    ]);
    execute('job-dismiss', { id: 'j1' });
    const together = new JobTransaction();
    jobs.createBlockJob({ id: 'j1', driver: new Copying('backup'), transaction: together });
    jobs.createBlockJob({
      id: 'j3',
      driver: new Copying('backup', 64 * MIB),
      speed: MIB,
      transaction: together,
    });
    jobs.find('j1')?.start();
    jobs.find('j3')?.start();
    taken();
    expect(execute('query-jobs')).toEqual([
      {
        'current-progress': MIB,
        status: 'running',
        'total-progress': 64 * MIB,
        type: 'backup',
        id: 'j3',
      },
      { 'current-progress': MIB, status: 'waiting', 'total-progress': MIB, type: 'backup', id: 'j1' },
    ]);
    taken();
    execute('job-cancel', { id: 'j1' });
    expect(taken()).toEqual([
      'j3 aborting',
      `BLOCK_JOB_CANCELLED len=${64 * MIB} offset=${MIB} speed=${MIB}`,
      'j3 concluded',
      'j3 null',
      'j1 aborting',
      `BLOCK_JOB_CANCELLED len=${MIB} offset=${MIB} speed=0`,
      'j1 concluded',
      'j1 null',
      'return',
    ]);
  });

  test('speed is kept on the clock', () => {
    const { start, clock, execute, taken } = setUp();
    start('b', new Copying('backup', 4 * MIB), { speed: MIB });
    const offset = (): unknown => (execute('query-block-jobs') as { offset: number }[])[0]?.offset;
    expect(offset()).toBe(MIB);
    clock.advance(1100);
    expect(offset()).toBe(2 * MIB);
    execute('block-job-set-speed', { device: 'b', speed: 0 });
    expect(taken().slice(-4)).toEqual([
      'BLOCK_JOB_COMPLETED len=4194304 offset=4194304 speed=0',
      'b concluded',
      'b null',
      'return',
    ]);
    expect(clock.pending).toBe(0);
  });

  test('a test holds a job, lets it advance, and releases it', () => {
    const { jobs, start, execute, taken } = setUp();
    const control = jobs.get('b');
    control.hold();
    start('b', new Copying('backup', 4 * MIB, 4 * MIB));
    const offset = (): unknown => (execute('query-block-jobs') as { offset: number }[])[0]?.offset;
    expect(offset()).toBe(0);
    control.advance(0.5);
    expect(offset()).toBe(2 * MIB);
    control.advance(0.25);
    expect(offset()).toBe(3 * MIB);
    execute('job-pause', { id: 'b' });
    taken();
    control.release();
    expect(taken()).toEqual([]);
    execute('job-resume', { id: 'b' });
    expect(taken()).toEqual([
      'b running',
      'b waiting',
      'b pending',
      'BLOCK_JOB_COMPLETED len=4194304 offset=4194304 speed=0',
      'b concluded',
      'b null',
      'return',
    ]);
  });

  test('a failing disk ends a job, or stops it, as the user wants', () => {
    const { jobs, start, execute, taken } = setUp();
    jobs.get('b').hold();
    start('b', new Copying('backup'));
    taken();
    jobs.get('b').fail('ENOSPC');
    expect(taken()).toEqual([
      'BLOCK_JOB_ERROR operation=write action=report',
      'b aborting',
      'BLOCK_JOB_COMPLETED len=1048576 offset=0 speed=0 error=No space left on device',
      'b concluded',
      'b null',
    ]);
    const driver = new Copying('backup');
    driver.onError = 'enospc';
    start('b', driver);
    taken();
    jobs.get('b').fail('ENOSPC', { operation: 'read' });
    expect(taken()).toEqual(['BLOCK_JOB_ERROR operation=read action=stop', 'b paused']);
    expect(execute('query-block-jobs')).toMatchObject([{ 'io-status': 'nospace', paused: true }]);
    taken();
    execute('job-resume', { id: 'b' });
    expect(execute('query-block-jobs')).toMatchObject([{ 'io-status': 'ok', paused: false }]);
    jobs.get('b').release();
    expect(taken().at(-1)).toBe('b null');
  });

  test('a failure comes before the job does', () => {
    const { jobs, start, taken } = setUp();
    jobs.get('b').fail('EIO');
    start('b', new Copying('backup'));
    expect(taken()[2]).toBe('BLOCK_JOB_ERROR operation=write action=report');
  });

  test('the end of the machine ends all jobs', () => {
    const { jobs, start, taken } = setUp();
    start('m', new Copying('mirror'), { manualDismiss: true });
    start('b', new Copying('backup'), { manualDismiss: true });
    taken();
    jobs.end();
    expect(taken()).toEqual([
      'm standby',
      'm ready',
      'b null',
      'm aborting',
      'BLOCK_JOB_CANCELLED len=1048576 offset=1048576 speed=0',
      'm concluded',
      'm null',
    ]);
    expect(jobs.list()).toEqual([]);
  });
});
