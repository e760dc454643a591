import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, vi } from 'vitest';
import { expect, test as base } from '../index.ts';

const test = base.extend<{ run: (...args: string[]) => string }>({
  run: async ({ fakeQemu }, use) => {
    await use((...args) => {
      const { stdout, stderr } = spawnSync('qemu-img', args, {
        env: fakeQemu.env,
        cwd: fakeQemu.directory,
        encoding: 'utf8',
        timeout: 50_000,
      });
      return stdout + stderr;
    });
  },
});

// Each test starts a Node; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe('qemu-img of the code under test', () => {
  test('makes an image, and the test sees what was run', ({ fakeQemu, run }) => {
    run('create', '-f', 'qcow2', 'disk.qcow2', '20G');
    expect(existsSync(join(fakeQemu.directory, 'disk.qcow2'))).toBe(true);
    expect(JSON.parse(run('info', '--output=json', 'disk.qcow2'))).toMatchObject({
      format: 'qcow2',
      'virtual-size': 20 * 2 ** 30,
    });
    expect(fakeQemu.imageCommands.map(({ argv, exitCode }) => [argv[0], exitCode])).toEqual([
      ['create', 0],
      ['info', 0],
    ]);
    expect(fakeQemu.machines).toEqual([]);
  });

  test('refuses in the words of the real one', ({ fakeQemu, run }) => {
    expect(run('info', 'missing.qcow2')).toBe(
      "qemu-img: Could not open 'missing.qcow2': Could not open 'missing.qcow2': No such file or directory\n",
    );
    expect(fakeQemu.imageCommands).toMatchObject([
      { argv: ['info', 'missing.qcow2'], exitCode: 1, stdout: '' },
    ]);
  });

  test('says what is not modelled', ({ run }) => {
    expect(run('create', '-f', 'vmdk', 'disk.vmdk', '1G')).toBe(
      'qemu-img: qmp-mock does not model writing the image format vmdk\n',
    );
  });
});
