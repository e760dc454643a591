import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from 'vitest';
import { expect, withQmp } from 'qmp-vitest';
import { addDisk, backUp, plug, unplug } from '../src/disks.ts';

const MEBIBYTE = 1024 * 1024;

const test = withQmp(base, { qemuOptions: { args: ['-machine', 'pc'], paused: true } }).extend<{
  images: string;
}>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads the pattern to learn what a fixture needs: nothing
  images: async ({}, use) => {
    const images = await mkdtemp(join(tmpdir(), 'disks-'));
    await use(images);
    await rm(images, { recursive: true });
  },
});

test('backs a disk up', async ({ qmp, images }) => {
  await addDisk(qmp, 'system', join(images, 'system.raw'), MEBIBYTE);
  await addDisk(qmp, 'backup', join(images, 'backup.raw'), MEBIBYTE);
  await backUp(qmp, 'system', 'backup');
  const { data } = await qmp.waitForEvent('BLOCK_JOB_COMPLETED');
  expect(data).toMatchObject({ device: 'back-up-system', offset: MEBIBYTE, len: MEBIBYTE });
  expect(await qmp.execute('query-jobs')).toEqual([]);
});

test('plugs a disk in and takes it out again', async ({ qmp, images }) => {
  await addDisk(qmp, 'data', join(images, 'data.raw'), MEBIBYTE);
  await plug(qmp, 'data');
  await expect(qmp.execute('blockdev-del', { 'node-name': 'data' })).rejects.toMatchObject({
    desc: expect.stringContaining('in use'),
  });
  await unplug(qmp, 'data');
  await qmp.execute('blockdev-del', { 'node-name': 'data' });
  expect(await qmp.execute('query-block')).toEqual([]);
});

test('says why an image cannot be opened', async ({ qmp, images }) => {
  const filename = join(images, 'missing.raw');
  await expect(
    qmp.execute('blockdev-add', { driver: 'file', 'node-name': 'missing', filename }),
  ).rejects.toMatchObject({ desc: `Could not open '${filename}': No such file or directory` });
  await qmp.execute('quit');
});
