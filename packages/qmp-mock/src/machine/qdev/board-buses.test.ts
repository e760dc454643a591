import { expect, test } from 'vitest';
import { NEWEST } from '../../../test/support/versions.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { boardBuses } from './board-buses.ts';
import type { BusRecord, DeviceRecord } from './device-tree.ts';
import { modelTable } from './model-table.ts';

const models = modelTable(loadProfile(NEWEST));

const option = (text: string): { name: string; argument: string } => {
  const [name = '', argument = ''] = text.split(' ');
  return { name, argument };
};

function typesOn(buses: readonly BusRecord[]): string[] {
  const below = ({ type, buses: own = [] }: DeviceRecord): string[] => [type, ...typesOn(own)];
  return buses.flatMap(({ devices = [] }) => devices.flatMap(below));
}

/** Whether a board has devices of these types. */
test.for([
  ['pc', [], { e1000: true, VGA: true, 'piix3-usb-uhci': false }],
  ['pc', ['nodefaults'], { e1000: false, VGA: false }],
  ['pc', ['net none'], { e1000: false, VGA: true }],
  ['pc', ['netdev user,id=n'], { e1000: false, VGA: true }],
  ['pc', ['vga none'], { e1000: true, VGA: false }],
  ['pc', ['device virtio-vga'], { e1000: true, VGA: false }],
  ['pc', ['usb'], { 'piix3-usb-uhci': true }],
  ['pc', ['machine pc,usb=on'], { 'piix3-usb-uhci': true }],
  ['pc', ['machine pc,usb=off'], { 'piix3-usb-uhci': false }],
  ['q35', [], { e1000e: true, VGA: true, 'ich9-ahci': true }],
  ['q35', ['nodefaults'], { e1000e: false, 'ich9-ahci': true }],
  ['pc-q35-6.2', ['nodefaults', 'machine q35,sata=off'], { 'ich9-ahci': false }],
] as const)('%s with %j', ([type, given, wanted]) => {
  const buses = boardBuses(models, type, given.map(option));
  const there = typesOn(buses ?? []);
  expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, there.includes(name)]))).toEqual(wanted);
});

test('a kind of machine that was not recorded has unknown buses', () => {
  expect(boardBuses(models, 'nosuch', [])).toBeUndefined();
});
