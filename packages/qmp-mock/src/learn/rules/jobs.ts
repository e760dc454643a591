import type { JobRules } from '../../machine/jobs/engine/job-rules.ts';
import { NO_MACHINE, type Monitor } from '../qemu/monitor.ts';
import { hasCommand, humanLines, refusalIn, type ProbeContext, type Probes } from './probe.ts';

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
      ...(await drains(context)),
      ...(await onImage(context)),
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

/** How often a job stands still for a backup that is refused, and for the end of QEMU. */
async function drains({ qemu }: ProbeContext): Promise<Pick<JobRules, 'backupDrains' | 'endDrains'>> {
  await using monitor = await qemu.start(NO_MACHINE);
  for (const node of ['s', 't', 'other']) {
    await monitor.value({
      execute: 'blockdev-add',
      arguments: { driver: 'null-co', 'node-name': node, size: 64 * SIZE },
    });
  }
  const backup = { 'job-id': 'slow', device: 's', target: 't', sync: 'full', speed: 1 };
  await monitor.value({ execute: 'blockdev-backup', arguments: backup });
  let paused = 0;
  monitor.onEvent((text) => {
    if (JSON.parse(text).data?.status === 'paused') paused += 1;
  });
  await monitor.refusal({ execute: 'blockdev-backup', arguments: { ...backup, device: 'other' } });
  const backupDrains = paused;
  monitor.send({ execute: 'quit' });
  await monitor.drain();
  return { backupDrains, endDrains: paused - backupDrains };
}

/** Rules that take an image to be found out. */
async function onImage({
  qemu,
  scratch,
}: ProbeContext): Promise<
  Pick<JobRules, 'readOnlyBitmap' | 'skipsZeros' | 'snapshotTable' | 'snapshotPasses' | 'losesNodes'>
> {
  await using monitor = await qemu.start(NO_MACHINE);
  const image = await addImage(monitor, 'image', scratch.file('image.qcow2'));
  await addImage(monitor, 'empty', scratch.file('empty.qcow2'));
  const skipsZeros = await copiesNothing('empty', 'image', monitor);
  await monitor.value({
    execute: 'blockdev-snapshot-internal-sync',
    arguments: { device: 'image', name: 'one' },
  });
  const lines = await humanLines((request) => monitor.ask(request), 'info snapshots');
  const snapshotPasses = await passesOfSave(monitor);
  await humanLines((request) => monitor.ask(request), 'drive_add 0 if=none,id=zz,driver=null-co');
  const linesWithDrive = await humanLines((request) => monitor.ask(request), 'info snapshots');
  await monitor.value({ execute: 'blockdev-del', arguments: { 'node-name': 'image' } });
  await monitor.value({ execute: 'blockdev-add', arguments: { ...image, 'read-only': true } });
  const refusal = await monitor.refusal({
    execute: 'block-dirty-bitmap-add',
    arguments: { node: 'image', name: 'kept', persistent: true },
  });
  return {
    readOnlyBitmap: refusal?.replaceAll("'image'", () => "'%'") ?? '',
    skipsZeros,
    snapshotTable: lines.some((line) => line.includes('VM_SIZE')) ? 'wide' : 'narrow',
    snapshotPasses,
    losesNodes: linesWithDrive.every((line) => !line.includes(' one ')),
  };
}

/** How many passes through its memory a machine tells of that is saved into a snapshot. */
async function passesOfSave(monitor: Monitor): Promise<number> {
  const capabilities = [{ capability: 'events', state: true }];
  await monitor.value({ execute: 'migrate-set-capabilities', arguments: { capabilities } });
  let passes = 0;
  monitor.onEvent((text) => {
    if (text.includes('"MIGRATION_PASS"')) passes += 1;
  });
  await humanLines((request) => monitor.ask(request), 'savevm two');
  return passes;
}

/** Makes an image and a node with that name. Gives the options of the node. */
async function addImage(monitor: Monitor, name: string, filename: string): Promise<object> {
  const create = async (options: object): Promise<void> => {
    await monitor.value({ execute: 'blockdev-create', arguments: { 'job-id': 'create', options } });
    let jobs: { status: string }[];
    do jobs = await monitor.value({ execute: 'query-jobs' });
    while (jobs.some(({ status }) => status !== 'concluded'));
    await monitor.value({ execute: 'job-dismiss', arguments: { id: 'create' } });
  };
  await create({ driver: 'file', filename, size: 0 });
  const file = { driver: 'file', filename };
  await monitor.value({ execute: 'blockdev-add', arguments: { ...file, 'node-name': 'file' } });
  await create({ driver: 'qcow2', file: 'file', size: SIZE });
  await monitor.value({ execute: 'blockdev-del', arguments: { 'node-name': 'file' } });
  const image = { driver: 'qcow2', 'node-name': name, file };
  await monitor.value({ execute: 'blockdev-add', arguments: image });
  return image;
}

/** Whether a mirror has nothing to copy. */
async function copiesNothing(source: string, target: string, monitor: Monitor): Promise<boolean> {
  const mirror = { 'job-id': 'mirror', device: source, target, sync: 'full' };
  await monitor.value({ execute: 'blockdev-mirror', arguments: mirror });
  let job: { len: number; ready: boolean } | undefined;
  do [job] = await monitor.value<{ len: number; ready: boolean }[]>({ execute: 'query-block-jobs' });
  while (job?.ready === false);
  await monitor.value({ execute: 'job-cancel', arguments: { id: 'mirror' } });
  while ((await monitor.value<object[]>({ execute: 'query-jobs' })).length > 0);
  return job?.len === 0;
}
