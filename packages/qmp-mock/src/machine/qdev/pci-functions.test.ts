import { expect, test } from 'vitest';
import { PciSlots } from './pci-slots.ts';

const ALONE = { type: 'e1000', id: 'a', properties: new Map([['driver', 'e1000']]) };
const MULTI = { ...ALONE, properties: new Map([['multifunction', 'on']]) };
const BOARDS = { type: 'PIIX3', id: undefined, properties: new Map<string, unknown>() };

const CASES = [
  [
    'function 0 beside a later one',
    [[0x31, ALONE]],
    0x30,
    false,
    'PCI: 6.0 indicates single function, but 6.1 is already populated.',
  ],
  ['several functions beside a later one', [[0x31, ALONE]], 0x30, true, undefined],
  [
    'a later function beside a single one',
    [[0x30, ALONE]],
    0x32,
    false,
    "PCI: single function device can't be populated in function 6.2",
  ],
  ['a later function beside several', [[0x30, MULTI]], 0x32, false, undefined],
  [
    'a later function of the board beside its own',
    [
      [0x08, BOARDS],
      [0x09, BOARDS],
    ],
    0x0a,
    false,
    undefined,
  ],
  [
    "a later function beside the board's only one",
    [[0x08, BOARDS]],
    0x09,
    false,
    "PCI: single function device can't be populated in function 1.1",
  ],
  ['a slot of its own', [], 0x30, false, undefined],
] as const;

test.for(CASES)('%s', ([, there, devfn, isMulti, refusal]) => {
  const slots = new PciSlots();
  for (const [at, occupant] of there) slots.take(at, occupant);
  expect(slots.singleRefusal(devfn, isMulti)).toBe(refusal);
});
