import { describe, expect, test } from 'vitest';
import { deviceMachine } from '../../../test/support/device-machine.ts';
import type { MachineBench } from '../../../test/support/machine-bench.ts';
import { knownVersions } from '../../version/version-folders.ts';

const PC = '-machine pc -nodefaults -display none -S';
const Q35 = '-machine q35 -nodefaults -display none -S';

interface Named {
  readonly name: string;
  readonly type: string;
}
interface PciBus {
  readonly devices: readonly { readonly qdev_id: string; readonly slot: number }[];
}

const names = (bench: MachineBench, path: string): string[] =>
  (bench.send('qom-list', { path }) as Named[]).map(({ name }) => name);
const get = (bench: MachineBench, path: string, property: string): unknown =>
  bench.send('qom-get', { path, property });
const pciIds = (bench: MachineBench): string[] =>
  (bench.send('query-pci') as PciBus[]).flatMap(({ devices }) => devices.map(({ qdev_id: id }) => id));
const topic = (bench: MachineBench, line: string): string =>
  bench.send('human-monitor-command', { 'command-line': line }) as string;

describe.each(knownVersions())('QEMU %s', (qemu) => {
  test('shows a device that comes in every view, and one that goes in none', () => {
    const bench = deviceMachine(`${PC} -device qemu-xhci,id=x`, { qemu });
    bench.send('device_add', { driver: 'usb-tablet', id: 't' });
    bench.send('device_add', { driver: 'virtio-rng-pci', id: 'r' });
    expect(names(bench, '/machine/peripheral').toSorted()).toEqual(['r', 't', 'type', 'x']);
    expect(names(bench, '/machine/peripheral/x/x.0')).toContain('child[0]');
    expect(get(bench, '/machine/peripheral/x/x.0', 'child[0]')).toBe('/machine/peripheral/t');
    expect(pciIds(bench)).toEqual(['', '', '', '', 'x', 'r']);
    expect(topic(bench, 'info pci')).toContain('id "r"');
    expect(topic(bench, 'info usb')).toMatch(/Port 1, .* Product QEMU USB Tablet, ID: t/);
    expect(topic(bench, 'info qom-tree')).toContain('/t (usb-tablet)');
    expect(topic(bench, 'info mice')).toContain('QEMU HID Tablet');
    bench.send('device_del', { id: 't' });
    expect(names(bench, '/machine/peripheral')).not.toContain('t');
    expect(names(bench, '/machine/peripheral/x/x.0')).not.toContain('child[0]');
    expect(get(bench, '/machine/peripheral/t', 'type')).toBe(
      "DeviceNotFound: Device '/machine/peripheral/t' not found",
    );
    expect(topic(bench, 'info qom-tree')).not.toContain('/t (usb-tablet)');
  });

  test('tells properties as they were given, and as they are', () => {
    const bench = deviceMachine(
      `${Q35} -object rng-builtin,id=g -device virtio-rng-pci,id=r,rng=g,max-bytes=1024,period=1000,addr=5.0`,
      { qemu },
    );
    const path = '/machine/peripheral/r';
    const values = [
      'type',
      'parent_bus',
      'rng',
      'max-bytes',
      'addr',
      'hotplugged',
      'realized',
      'disable-legacy',
    ];
    expect(values.map((name) => get(bench, path, name))).toEqual([
      'virtio-rng-pci',
      '/machine/q35/pcie.0',
      '/objects/g',
      1024,
      40,
      false,
      true,
      'off',
    ]);
    expect(get(bench, `${path}/virtio-backend`, 'max-bytes')).toBe(1024);
    expect(get(bench, 'r', 'type')).toBe('virtio-rng-pci');
    expect(get(bench, path, 'nosuch')).toBe("GenericError: Property 'virtio-rng-pci.nosuch' not found");
    expect(bench.send('qom-set', { path, property: 'max-bytes', value: 1 })).toMatch(
      /after it was realized$/,
    );
  });

  test('gives network cards the lowest address that is free', () => {
    const bench = deviceMachine(`${PC} -device e1000,id=a -device e1000,id=b,mac=52:54:00:12:34:57`, {
      qemu,
    });
    bench.send('device_add', { driver: 'virtio-net-pci', id: 'c' });
    const macs = ['a', 'b', 'c'].map((id) => get(bench, `/machine/peripheral/${id}`, 'mac'));
    expect(macs).toEqual(['52:54:00:12:34:56', '52:54:00:12:34:57', '52:54:00:12:34:58']);
  });

  test('counts devices without an id, refused ones among them', () => {
    const bench = deviceMachine(`${PC} -device virtio-rng-pci`, { qemu });
    bench.send('device_add', { driver: 'virtio-rng-pci', addr: '2' });
    bench.send('device_add', { driver: 'virtio-rng-pci' });
    expect(names(bench, '/machine/peripheral-anon').toSorted()).toEqual(['device[0]', 'device[2]', 'type']);
  });

  test('says what it does not know', () => {
    const shaped = deviceMachine(`${PC} -device virtio-rng-pci,id=r,vectors=0`, { qemu });
    expect(shaped.send('query-pci')).toMatch(/does not model/);
    expect(get(shaped, '/machine/peripheral/r', 'vectors')).toBe(0);
    expect(get(shaped, '/machine/peripheral/r', 'disable-legacy')).toMatch(/does not model/);
    const old = deviceMachine(
      '-machine pc-q35-5.2 -nodefaults -display none -S -device virtio-rng-pci,id=r',
      { qemu },
    );
    expect(get(old, '/machine/peripheral/r', 'type')).toBe('virtio-rng-pci');
    expect(get(old, '/machine/peripheral/r', 'romfile')).toMatch(/does not model/);
    const running = deviceMachine(PC, { qemu });
    running.send('cont');
    expect(running.send('query-pci')).toMatch(/does not model/);
  });

  test.each([
    ['-cpu qemu64', false],
    ['-cpu qemu64,+ssse3', expect.stringMatching(/does not model/)],
    ['-cpu max', expect.stringMatching(/does not model/)],
  ])('knows the features of the first CPU with %s if that is the recorded model', (line, expected) => {
    const bench = deviceMachine(`${PC} ${line}`, { qemu });
    expect(get(bench, '/machine/unattached/device[0]', 'ssse3')).toEqual(expected);
  });

  test('has a balloon that nobody drives', () => {
    const bench = deviceMachine(`${PC} -m 64 -device virtio-balloon-pci,id=b`, { qemu });
    expect(bench.send('query-balloon')).toEqual({ actual: 67_108_864 });
    expect(bench.send('balloon', { value: 1_048_576 })).toEqual({});
    expect(bench.send('balloon', { value: 0 })).toMatch(/^GenericError: Parameter '.*' expects a size$/);
    expect(topic(bench, 'info balloon')).toBe('balloon: actual=64\r\n');
    expect(get(bench, '/machine/peripheral/b', 'guest-stats')).toMatchObject({ 'last-update': 0 });
  });

  test('expands a CPU model, and what it expanded it to', () => {
    const bench = deviceMachine('-machine none -nodefaults -display none', { qemu });
    const expand = (
      type: string,
      model: object,
    ): { model: { name: string; props: Record<string, unknown> } } =>
      bench.send('query-cpu-model-expansion', { type, model }) as never;
    const { model } = expand('static', { name: 'qemu64' });
    expect(model.name).toBe('base');
    expect(expand('full', model).model.props).toMatchObject({
      ...model.props,
      'model-id': expect.any(String),
    });
    expect(expand('full', { name: 'nosuch' })).toBe("GenericError: CPU model 'nosuch' not found");
    expect(expand('full', { name: 'max', props: { aes: false } })).toMatch(/does not model/);
  });
});
