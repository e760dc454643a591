/**
 * Properties of the devices that are most often plugged in while a machine runs: names and types, as
 * `device-list-properties` gives them.
 */
import { NO_MACHINE } from './qemu/monitor.ts';
import type { Qemu } from './qemu/qemu.ts';
import { RevivingMonitor } from './qemu/reviving-monitor.ts';
import type { Note } from './note.ts';

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
export async function learnDevices(qemu: Qemu, note: Note): Promise<string> {
  await using monitor = new RevivingMonitor(() => qemu.start(NO_MACHINE));
  const lines: string[] = [];
  for (const model of MODELS) {
    const answer = await monitor.ask({ execute: 'device-list-properties', arguments: { typename: model } });
    if (answer === undefined)
      note(`device ${model}: QEMU ended or hung when it was asked for its properties`);
    if (answer === undefined || answer.message.error !== undefined) continue;
    const properties = answer.message.return as readonly { name: string; type: string }[];
    const types = properties
      .map(({ name, type }) => [name, type] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    lines.push(`${JSON.stringify(model)}: ${JSON.stringify(Object.fromEntries(types))}`);
  }
  return `{\n${lines.join(',\n')}\n}\n`;
}
