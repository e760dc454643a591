import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { FAKE_QEMU, scratch } from '../support/fake-qemu.ts';

const FAKE_QEMU_IMG = join(dirname(FAKE_QEMU), 'fake-qemu-img.cjs');

test('the program as it is published makes an image and tells of it', () => {
  const image = join(scratch(), 'disk.qcow2');
  const run = (...args: string[]): unknown[] => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [FAKE_QEMU_IMG, ...args], {
      encoding: 'utf8',
    });
    return [status, stdout.split('\n')[0], stderr];
  };
  expect(run('create', '-q', '-f', 'qcow2', image, '1M')).toEqual([0, '', '']);
  expect(run('info', image)).toEqual([0, `image: ${image}`, '']);
  expect(run('info', `${image}x`)).toEqual([
    1,
    '',
    `qemu-img: Could not open '${image}x': Could not open '${image}x': No such file or directory\n`,
  ]);
});
