/**
 * Properties of the devices that are most often plugged in while a machine runs: names and types, as
 * `device-list-properties` gives them.
 */
import { Monitor, NO_MACHINE } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';

/** Models to ask for; one that a version does not have is left out. */
const MODELS = [
  'VGA',
  'e1000',
  'e1000e',
  'i6300esb',
  'ide-cd',
  'ide-hd',
  'isa-serial',
  'nvme',
  'pci-testdev',
  'pvpanic-pci',
  'qemu-xhci',
  'rtl8139',
  'scsi-cd',
  'scsi-hd',
  'usb-hub',
  'usb-kbd',
  'usb-mouse',
  'usb-storage',
  'usb-tablet',
  'virtconsole',
  'virtio-balloon-pci',
  'virtio-blk-pci',
  'virtio-net-pci',
  'virtio-rng-pci',
  'virtio-scsi-pci',
  'virtio-serial-pci',
  'virtserialport',
];

/** Contents of `devices.json`, as text: a model a line. */
export async function captureDevices(program: Program): Promise<string> {
  await using qemu = await Monitor.start(program, NO_MACHINE);
  const lines: string[] = [];
  for (const model of MODELS) {
    const { message } = await qemu.ask({ execute: 'device-list-properties', arguments: { typename: model } });
    if (message.error !== undefined) continue;
    const properties = message.return as readonly { name: string; type: string }[];
    const types = properties
      .map(({ name, type }) => [name, type] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    lines.push(`${JSON.stringify(model)}: ${JSON.stringify(Object.fromEntries(types))}`);
  }
  return `{\n${lines.join(',\n')}\n}\n`;
}
