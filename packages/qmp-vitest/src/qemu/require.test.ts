import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QmpStateError } from 'qmp-core';
import { describe, expect, test } from 'vitest';
import { needQemu } from '../../test/support/real-qemu.ts';
import { scratch } from '../../test/support/stand-in.ts';
import { missingRequirement } from './require.ts';
import { NOWHERE } from '../../test/support/nowhere.ts';

describe('a real QEMU', { timeout: 60_000 }, () => {
  needQemu();

  test.each([
    ['nothing', {}],
    ['a range', '>=5 <1000'],
    ['a version', { version: '>=5' }],
    ['an accelerator', { accelerator: 'tcg' }],
    ['a machine', { machine: ['none', 'pc'] }],
    ['a device', { device: 'virtio-blk-pci' }],
    ['a device by its alias', { device: 'virtio-blk' }],
    ['several', { version: '>=5', accelerator: ['tcg'], machine: 'none', device: ['virtio-rng-pci'] }],
  ])('has %s', async (_name, requirements) => {
    expect(await missingRequirement(requirements)).toBeUndefined();
  });

  test.each([
    [
      'a version to come',
      '>=1000',
      /^QEMU >=1000 is needed; \S+ is QEMU \d+\.\d+\.\d+\. Set QMP_QEMU_BINARY/,
    ],
    ['an accelerator', { accelerator: 'warp' }, /^The accelerator warp is needed; \S+ was built without it/],
    [
      'a machine',
      { machine: ['pc', 'enigma'] },
      /^The machine type enigma is needed; .* `\S+ -machine help` lists/,
    ],
    [
      'a device',
      { device: 'flux-capacitor' },
      /^The device flux-capacitor is needed; .*'flux-capacitor' not found/,
    ],
    ['a device with a comma in its name', { device: 'a,b' }, /^The device a,b is needed; /],
  ])('has not %s, and it is said how to get it', async (_name, requirements, reason) => {
    expect(await missingRequirement(requirements)).toMatch(reason);
  });

  test('a range that is none is an error, not a reason to skip', async () => {
    await expect(missingRequirement('fresh')).rejects.toBeInstanceOf(QmpStateError);
  });
});

test('without QEMU the reason says where it was looked for', async () => {
  const reason = await missingRequirement({}, { env: { PATH: NOWHERE } });
  expect(reason).toContain(`${NOWHERE}/qemu-system-x86_64`);
  expect(reason).toContain('To install it');
});

test('a program that is no QEMU is told apart, and asked anew when it has changed', async () => {
  const path = join(scratch(), 'qemu');
  const write = (says: string): void => {
    writeFileSync(path, `#!${process.execPath}\nconsole.log(${JSON.stringify(says)})\n`);
    chmodSync(path, 0o755);
  };
  write('GNU bash');
  expect(await missingRequirement({}, { binary: path })).toContain('It printed: GNU bash');
  write('QEMU emulator version 9.9.9');
  expect(await missingRequirement('>=10', { binary: path })).toContain(`${path} is QEMU 9.9.9`);
  expect(await missingRequirement('9.9', { binary: path })).toBeUndefined();
});
