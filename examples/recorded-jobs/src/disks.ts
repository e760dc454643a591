import type { QmpClient } from 'qmp-core';

/** Waits until a job has run its course, and dismisses it. */
async function finishJob(qmp: QmpClient, id: string): Promise<void> {
  await qmp.waitForEvent('JOB_STATUS_CHANGE', { match: { id, status: 'concluded' } });
  const job = (await qmp.execute('query-jobs')).find((one) => one.id === id);
  await qmp.execute('job-dismiss', { id });
  if (job?.error !== undefined) throw new Error(`Job ${id} failed: ${job.error}`);
}

/** Creates an image file and makes it a node of the block graph. */
export async function addDisk(qmp: QmpClient, name: string, filename: string, size: number): Promise<void> {
  const id = `create-${name}`;
  await qmp.execute('blockdev-create', { 'job-id': id, options: { driver: 'file', filename, size } });
  await finishJob(qmp, id);
  await qmp.execute('blockdev-add', { driver: 'raw', 'node-name': name, file: { driver: 'file', filename } });
}

/** Copies all of one node to another while the machine may run on. */
export async function backUp(qmp: QmpClient, source: string, target: string): Promise<void> {
  const id = `back-up-${source}`;
  await qmp.execute('blockdev-backup', {
    'job-id': id,
    device: source,
    target,
    sync: 'full',
    'auto-dismiss': false,
  });
  await finishJob(qmp, id);
}

/** Plugs a SCSI disk in, on a controller of its own. */
export async function plug(qmp: QmpClient, node: string): Promise<void> {
  await qmp.execute('device_add', { driver: 'virtio-scsi-pci', id: `${node}-bus` });
  await qmp.execute('device_add', {
    driver: 'scsi-hd',
    id: `${node}-disk`,
    drive: node,
    bus: `${node}-bus.0`,
  });
}

/** Takes the disk out; it is gone when QEMU says so. */
export async function unplug(qmp: QmpClient, node: string): Promise<void> {
  await qmp.execute('device_del', { id: `${node}-disk` });
  await qmp.waitForEvent('DEVICE_DELETED', { match: { device: `${node}-disk` } });
}
