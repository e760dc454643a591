import { NO_MACHINE, type Monitor } from '../qemu/monitor.ts';
import { hasCommand, refusalIn, type ProbeContext, type Probes } from './probe.ts';

const SIZE = 1 << 20;
const BITMAP = 'block-dirty-bitmap-clear';

/** Rules of jobs, transactions and dirty bitmaps. */
export const JOB_PROBES: Probes<'jobs'> = {
  async jobs(context) {
    await using monitor = await context.qemu.start(NO_MACHINE);
    for (const node of ['s1', 't1', 's2', 't2']) {
      await monitor.value({
        execute: 'blockdev-add',
        arguments: { driver: 'null-co', 'node-name': node, size: SIZE },
      });
    }
    const grouped = { 'completion-mode': 'grouped' };
    const inGroup = (type: string, data: object): Promise<string> =>
      monitor
        .ask({ execute: 'transaction', arguments: { actions: [{ type, data }], properties: grouped } })
        .then((answer) => refusalIn(answer, type));
    const notInGroup = await inGroup(BITMAP, { node: 's1', name: 'zz' });
    const isAbortRefused = (await inGroup('abort', {})) === notInGroup;
    return {
      notInGroup,
      inGroup: ['blockdev-backup', 'drive-backup', ...(isAbortRefused ? [] : ['abort'])],
      lastFirst: (await firstToRun(monitor)) === 'b2',
      failsAtOnce: await failsBeforeReply(monitor),
      // Both came with the same version.
      tellsActive: hasCommand(context, 'block-job-change'),
      readOnlyBitmap: await readOnlyBitmap(context),
    };
  },
};

/** The job of a transaction of two that runs first. */
async function firstToRun(monitor: Monitor): Promise<string | undefined> {
  let first: string | undefined;
  monitor.onEvent((text) => {
    const { data }: { data?: { id?: string; status?: string } } = JSON.parse(text);
    if (data?.status === 'running') first ??= data.id;
  });
  const backup = (number: number): object => ({
    type: 'blockdev-backup',
    data: { device: `s${number}`, target: `t${number}`, sync: 'full', 'job-id': `b${number}` },
  });
  await monitor.value({ execute: 'transaction', arguments: { actions: [backup(1), backup(2)] } });
  return first;
}

/** Whether a job that makes nothing has failed before the reply to its command. */
async function failsBeforeReply(monitor: Monitor): Promise<boolean> {
  const states: string[] = [];
  monitor.onEvent((text) => states.push(String(JSON.parse(text).data?.status)));
  const options = { driver: 'qcow2', file: 's1', size: 1000 };
  await monitor.value({ execute: 'blockdev-create', arguments: { 'job-id': 'create', options } });
  return states.includes('concluded');
}

/** Refusal of a persistent bitmap on a node that is read only; empty if there's none. */
async function readOnlyBitmap({ qemu, scratch }: ProbeContext): Promise<string> {
  await using monitor = await qemu.start(NO_MACHINE);
  const filename = scratch.file('bitmap.qcow2');
  const run = async (id: string, options: object): Promise<void> => {
    await monitor.value({ execute: 'blockdev-create', arguments: { 'job-id': id, options } });
    for (;;) {
      const jobs = await monitor.value<{ status: string }[]>({ execute: 'query-jobs' });
      if (jobs.every(({ status }) => status === 'concluded')) break;
    }
    await monitor.value({ execute: 'job-dismiss', arguments: { id } });
  };
  await run('file', { driver: 'file', filename, size: 0 });
  const file = { driver: 'file', filename, 'node-name': 'file' };
  await monitor.value({ execute: 'blockdev-add', arguments: file });
  await run('image', { driver: 'qcow2', file: 'file', size: SIZE });
  await monitor.value({ execute: 'blockdev-del', arguments: { 'node-name': 'file' } });
  await monitor.value({
    execute: 'blockdev-add',
    arguments: {
      driver: 'qcow2',
      'node-name': 'image',
      'read-only': true,
      file: { driver: 'file', filename },
    },
  });
  const refusal = await monitor.refusal({
    execute: 'block-dirty-bitmap-add',
    arguments: { node: 'image', name: 'kept', persistent: true },
  });
  return refusal?.replaceAll("'image'", () => "'%'") ?? '';
}
