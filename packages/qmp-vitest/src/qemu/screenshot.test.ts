import { readdirSync } from 'node:fs';
import { QmpCommandError } from 'qmp-core';
import { describe, expect, test } from 'vitest';
import { launched } from '../../test/support/launched.ts';
import { needQemu } from '../../test/support/real-qemu.ts';
import { takeScreenshot } from './screenshot.ts';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
const VGA = ['-machine', 'pc', '-device', 'VGA,id=vga0'];

describe('a real QEMU', { timeout: 60_000 }, () => {
  needQemu({ machine: 'pc', device: 'VGA' });

  test.each([
    ['the first display', {}],
    ['a display by name', { device: 'vga0', head: 0 }],
  ])('%s', async (_name, options) => {
    const vm = await launched({ paused: true, args: VGA });
    const before = readdirSync(vm.directory);
    const [width, height] = sizeOf(await vm.screenshot(options));
    expect(width).toBeGreaterThan(100);
    expect(height).toBeGreaterThan(100);
    expect(readdirSync(vm.directory)).toEqual(before);
  });

  test('of a QEMU that writes no PNG', async () => {
    const vm = await launched({ paused: true, args: VGA });
    const old = { ...vm.version, major: 7, minor: 0 };
    expect(sizeOf(await takeScreenshot(vm.client, old, vm.directory, {}))).toEqual(
      sizeOf(await vm.screenshot()),
    );
  });

  test('without a display it is refused', async () => {
    const vm = await launched();
    await expect(vm.screenshot()).rejects.toBeInstanceOf(QmpCommandError);
  });
});

/** Width and height that a PNG says it has. */
function sizeOf(png: Buffer): readonly [number, number] {
  expect(png.toString('latin1', 0, 8)).toBe(SIGNATURE);
  expect(png.toString('latin1', png.length - 8, png.length - 4)).toBe('IEND');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}
