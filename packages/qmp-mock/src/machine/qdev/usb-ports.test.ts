import { QmpCommandError } from 'qmp-core/errors';
import { expect, test } from 'vitest';
import { NEWEST } from '../../../test/support/versions.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { typeTable } from '../types/type-table.ts';
import { DeviceTree } from './device-tree.ts';
import { placeOnUsb } from './usb-ports.ts';

const types = typeTable(loadProfile(NEWEST));

/**
 * The port of a device on a controller's bus on which others have these ports (`undefined`: one that isn't
 * known).
 */
function outcome(
  controller: string,
  properties: Readonly<Record<string, unknown>>,
  taken: readonly (string | undefined)[],
  asked: unknown,
): unknown {
  const tree = new DeviceTree(types, [{ name: 'root', type: 'PCI' }]);
  const root = tree.bus('root')!;
  const given = new Map(Object.entries(properties));
  const owner = tree.add({ type: controller, id: 'c', bus: root, properties: given }, [
    { name: '%.0', type: 'usb-bus' },
  ]);
  const [bus] = owner.buses;
  for (const usbPort of taken) {
    tree.add({ type: 'usb-tablet', id: undefined, bus: bus!, usbPort, properties: new Map() }, []);
  }
  try {
    return placeOnUsb(bus!, owner, asked);
  } catch (error) {
    if (error instanceof QmpCommandError) return error.desc;
    throw error;
  }
}

const NOT_FOUND = (port: string): string => `usb port ${port} (bus c.0) not found (in use?)`;
const NOT_MODELLED = 'qmp-mock does not model port 2 of USB bus c.0; script an answer to it';

test.for([
  ['qemu-xhci', {}, [], undefined, '1'],
  ['qemu-xhci', {}, ['1'], undefined, '2'],
  ['qemu-xhci', {}, ['1', '2', '3'], undefined, undefined],
  ['qemu-xhci', {}, [], '4', '4'],
  ['qemu-xhci', {}, [], '5', NOT_FOUND('5')],
  ['qemu-xhci', { p2: '8', p3: '2' }, [], '8', '8'],
  ['qemu-xhci', {}, ['2'], '2', NOT_FOUND('2')],
  ['qemu-xhci', {}, [undefined], '2', NOT_MODELLED],
  ['piix3-usb-uhci', {}, [], undefined, '1'],
  ['piix3-usb-uhci', {}, ['1'], undefined, undefined],
  ['piix3-usb-uhci', {}, [], '3', NOT_FOUND('3')],
  ['usb-ehci', {}, [], '6', '6'],
  ['pci-ohci', {}, [], '4', NOT_FOUND('4')],
] as const)('on %s %j with %j, port %s', ([controller, properties, taken, asked, wanted]) => {
  expect(outcome(controller, properties, taken, asked)).toBe(wanted);
});
