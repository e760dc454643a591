import { QmpCommandError } from 'qmp-core/errors';
import { expect, test } from 'vitest';
import { NEWEST } from '../../../test/support/versions.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { typeTable } from '../types/type-table.ts';
import { DeviceTree, type Bus, type Device } from './device-tree.ts';
import { placeUnit } from './units.ts';

const types = typeTable(loadProfile(NEWEST));

/** A bus of that type with drives at these units, and its owner. */
function busWith(type: string, owner: string, taken: readonly number[]): readonly [Bus, Device | undefined] {
  const drive = type === 'IDE' ? 'ide-hd' : 'floppy';
  const devices = taken.map((unit) => ({ type: drive, unit }));
  const own = { name: 'x', type, devices };
  const tree = new DeviceTree(types, [
    { name: 'root', type: 'System', devices: [{ type: owner, buses: [own] }] },
  ]);
  const bus = tree.bus('x')!;
  return [bus, tree.ownerOf(bus)];
}

function outcome(type: string, owner: string, taken: readonly number[], asked: number | undefined): unknown {
  const [bus, device] = busWith(type, owner, taken);
  try {
    return placeUnit(types, bus, device, asked);
  } catch (error) {
    if (error instanceof QmpCommandError) return error.desc;
    throw error;
  }
}

test.for([
  ['IDE', 'piix3-ide', [], undefined, 0],
  ['IDE', 'piix3-ide', [0], undefined, 1],
  ['IDE', 'piix3-ide', [1], undefined, 0],
  ['IDE', 'piix3-ide', [0, 1], undefined, 'IDE unit 1 is in use'],
  ['IDE', 'piix3-ide', [0], 0, 'IDE unit 0 is in use'],
  ['IDE', 'piix3-ide', [], 2, "Can't create IDE unit 2, bus supports only 2 units"],
  ['IDE', 'ich9-ahci', [], undefined, 0],
  ['IDE', 'ich9-ahci', [0], undefined, "Can't create IDE unit 1, bus supports only 1 units"],
  ['IDE', 'ich9-ahci', [], 1, "Can't create IDE unit 1, bus supports only 1 units"],
  ['floppy-bus', 'isa-fdc', [], undefined, 0],
  ['floppy-bus', 'isa-fdc', [0], undefined, 1],
  ['floppy-bus', 'isa-fdc', [0, 1], undefined, "Can't create floppy unit 2, bus supports only 2 units"],
  ['floppy-bus', 'isa-fdc', [1], 1, 'floppy unit 1 is in use'],
] as const)('on %s of %s with %j, unit %s', ([type, owner, taken, asked, wanted]) => {
  expect(outcome(type, owner, taken, asked)).toBe(wanted);
});

test('a bus of another kind has no units', () => {
  const tree = new DeviceTree(types, [{ name: 'x', type: 'PCI' }]);
  expect(placeUnit(types, tree.bus('x')!, undefined, 5)).toBeUndefined();
});
