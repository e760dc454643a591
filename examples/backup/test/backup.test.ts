import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test as base } from 'qmp-vitest';
import { DiskBackup } from '../src/backup.ts';

// One suite for mocks and QEMU: `npx vitest run`, with QMP_BACKEND=qemu for QEMU.
const MEBIBYTE = 1024 * 1024;

interface Fixtures {
  directory: string;
  backup: DiskBackup;
  /** Writes as a guest would: bytes of one value at an offset. */
  write: (byte: number, offset: number, length: number) => Promise<void>;
  /** First bytes of each of the four mebibytes of a copy that is restored. */
  restored: (file: string) => Promise<number[]>;
}

const test = base.extend<Fixtures>({
  directory: async ({ fakeQemu }, use) => use(fakeQemu.directory),
  backup: async ({ qmp, fakeQemu, directory }, use) => {
    const { env } = fakeQemu;
    const filename = join(directory, 'disk.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', filename, '4M'], { env });
    await qmp.execute('blockdev-add', {
      ...{ driver: 'qcow2', 'node-name': 'disk' },
      file: { driver: 'file', filename },
    });
    await use(new DiskBackup({ qmp, node: 'disk', directory, env }));
  },
  write: async ({ qmp }, use) => {
    await use(async (byte, offset, length) => {
      const line = `qemu-io disk "write -P ${byte} ${offset} ${length}"`;
      await qmp.execute('human-monitor-command', { 'command-line': line });
    });
  },
  restored: async ({ backup, directory }, use) => {
    await use(async (file) => {
      const to = join(directory, 'restored.raw');
      await backup.restore(file, to);
      const bytes = readFileSync(to);
      return [0, 1, 2, 3].map((index) => bytes[index * MEBIBYTE] ?? -1);
    });
  },
});

test('a full backup has the whole disk', async ({ backup, write, restored }) => {
  await write(1, 0, 4 * MEBIBYTE);
  const full = await backup.full();
  await write(2, 0, MEBIBYTE);
  expect(await restored(full)).toEqual([1, 1, 1, 1]);
});

test('each later backup has what was changed, on top of the one before', async ({
  backup,
  write,
  restored,
}) => {
  await write(1, 0, 4 * MEBIBYTE);
  const full = await backup.full();
  await write(2, MEBIBYTE, 4096);
  const first = await backup.incremental();
  await write(3, 2 * MEBIBYTE, 4096);
  const second = await backup.incremental();
  await write(4, 0, 4 * MEBIBYTE);

  expect(await restored(full)).toEqual([1, 1, 1, 1]);
  expect(await restored(first)).toEqual([1, 2, 1, 1]);
  expect(await restored(second)).toEqual([1, 2, 3, 1]);
  expect(backup.files).toEqual([full, first, second]);
});

test('a second full backup begins anew', async ({ backup, write, restored }) => {
  await backup.full();
  await write(5, 3 * MEBIBYTE, 4096);
  const full = await backup.full();
  expect(await restored(full)).toEqual([0, 0, 0, 5]);
  expect(backup.files).toEqual([full]);
});

test('an incremental backup needs a full one', async ({ backup }) => {
  await expect(backup.incremental()).rejects.toThrow('disk has no full backup yet');
});

test('what a failed backup did not get, the next one has', async ({ mock, backup, write, restored }) => {
  await backup.full();
  await write(6, 0, 4096);
  const job = mock.machine.jobs.get('disk-backup');
  job.fail('ENOSPC');
  await expect(backup.incremental()).rejects.toThrow('disk was not backed up: No space left on device');

  job.release();
  expect(await restored(await backup.incremental())).toEqual([6, 0, 0, 0]);
});
