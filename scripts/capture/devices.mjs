/**
 * Properties of the devices that are most often plugged in while a machine runs: names and types, as
 * `device-list-properties` gives them.
 */
import { Qemu } from './qemu.mjs';

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
export async function captureDevices(binary) {
  const qemu = await Qemu.start(binary, ['-machine', 'none', '-nodefaults', '-S']);
  try {
    const lines = [];
    for (const model of MODELS) {
      const { message } = await qemu.ask({
        execute: 'device-list-properties',
        arguments: { typename: model },
      });
      if (message.error !== undefined) continue;
      const types = message.return
        .map(({ name, type }) => [name, type])
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      lines.push(`${JSON.stringify(model)}: ${JSON.stringify(Object.fromEntries(types))}`);
    }
    return `{\n${lines.join(',\n')}\n}\n`;
  } finally {
    await qemu.stop();
  }
}
