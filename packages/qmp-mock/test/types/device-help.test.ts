import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { deviceHelp, devicePropertiesHelp } from '../../src/machine/qdev/device-help.ts';
import { TypeTable, typeTable } from '../../src/machine/types/type-table.ts';
import { loadProfile } from '../../src/version/load-profile.ts';
import { knownVersions } from '../../src/version/version-folders.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../support/real-qemu.ts';

const run = promisify(execFile);

const types = (defaultsAsJson: boolean): TypeTable =>
  new TypeTable(
    `${[
      JSON.stringify({ categories: ['Misc'], hidesDefaults: false, hidesLegacy: false, defaultsAsJson }),
      '["object",{"abstract":true}]',
      '["device",{"parent":"object","abstract":true}]',
      '["loader",{"parent":"device","desc":"Generic Loader","categories":[0],"properties":[0,1,2,3]}]',
      '["Edu",{"parent":"device","bus":"PCI","alias":"e","categories":[0],"properties":[]}]',
      '["hidden",{"parent":"device","categories":[]}]',
    ].join('\n')}\n`,
    () =>
      '["cpu","bool","on/off",true]\n["cpu-num","uint32",null,7]\n["mode","Mode","on/off/auto","auto"]\n["file","str"]\n',
  );

test('the list of models goes by categories, in the order of their names whatever their case', () => {
  expect(deviceHelp(types(false))).toBe(
    'Misc devices:\nname "Edu", bus PCI, alias "e"\nname "loader", desc "Generic Loader"\n',
  );
});

test.each([
  [true, 'true', '"auto"'],
  [false, 'on', 'auto'],
])('properties are explained from column 25 on; defaults as JSON: %s', (asJson, on, auto) => {
  expect(devicePropertiesHelp(types(asJson), 'loader')).toBe(
    [
      'loader options:',
      '  cpu-num=<uint32>       -  (default: 7)',
      `  cpu=<bool>             - on/off (default: ${on})`,
      '  file=<str>',
      `  mode=<Mode>            - on/off/auto (default: ${auto})`,
      '',
    ].join('\n'),
  );
});

test('a model without properties, its alias, and what is not a model', () => {
  const table = types(false);
  expect(devicePropertiesHelp(table, 'e')).toBe('There are no options for Edu.\n');
  expect(() => devicePropertiesHelp(table, 'nosuch')).toThrow("Device 'nosuch' not found");
  expect(() => devicePropertiesHelp(table, 'device')).toThrow('expects a non-abstract device type');
});

test('the installed QEMU prints the same', async ({ skip }) => {
  const binary = findQemu();
  if (binary === undefined && !qemuRequired) skip(NO_QEMU);
  const help = async (argument: string): Promise<string> =>
    (await run(binary ?? 'qemu-system-x86_64', ['-device', argument])).stdout;
  const banner = (await run(binary ?? 'qemu-system-x86_64', ['--version'])).stdout;
  const version = /version (\d+\.\d+)/.exec(banner)?.[1] ?? '';
  if (!knownVersions().includes(version)) skip(`nothing is recorded of QEMU ${version}`);
  const table = typeTable(loadProfile(version));
  expect(deviceHelp(table)).toBe(await help('help'));
  for (const model of ['virtio-blk-pci', 'e1000', 'usb-hub', 'max-x86_64-cpu', 'pc-dimm', 'virtio-serial']) {
    expect(devicePropertiesHelp(table, model)).toBe(await help(`${model},help`));
  }
});
