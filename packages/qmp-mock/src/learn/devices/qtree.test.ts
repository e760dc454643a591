import { expect, test } from 'vitest';
import { recordBus } from './bus-record.ts';
import { findDevice, parseQtree } from './qtree.ts';

const TEXT = `bus: main-system-bus
  type System
  dev: fw_cfg_io, id ""
    dma_enabled = true
  dev: q35-pcihost, id ""
    short_root_bus = 0 (0x0)
    bus: pcie.0
      type PCIE
      dev: virtio-scsi-pci, id "d0"
        addr = 03.0
        bus: virtio-bus
          type virtio-pci-bus
          dev: virtio-scsi-device, id ""
            num_queues = 1 (0x1)
            bus: d0.0
              type SCSI
              dev: scsi-cd, id ""
                scsi-id = 0 (0x0)
      dev: ich9-ahci, id ""
        addr = 1f.2
        bus: ide.0
          type IDE
          dev: ide-cd, id ""
            unit = 0 (0x0)
`;

test('a board is recorded by what is in the way of others, newest first', () => {
  const [bus] = parseQtree(TEXT.replaceAll('\n', '\r\n'));
  const isHot = ({ type }: { type: string }): boolean => type === 'SCSI';
  expect(bus === undefined ? undefined : recordBus(bus, isHot)).toEqual({
    name: 'main-system-bus',
    type: 'System',
    devices: [
      {
        type: 'q35-pcihost',
        buses: [
          {
            name: 'pcie.0',
            type: 'PCIE',
            devices: [
              {
                type: 'virtio-scsi-pci',
                id: 'd0',
                addr: '03.0',
                buses: [
                  {
                    name: 'virtio-bus',
                    type: 'virtio-pci-bus',
                    devices: [
                      { type: 'virtio-scsi-device', buses: [{ name: 'd0.0', type: 'SCSI', hot: true }] },
                    ],
                  },
                ],
              },
              {
                type: 'ich9-ahci',
                addr: '1f.2',
                buses: [{ name: 'ide.0', type: 'IDE', devices: [{ type: 'ide-cd', unit: 0 }] }],
              },
            ],
          },
        ],
      },
    ],
  });
});

test('a device is recorded by the buses that it makes, which have its id in their names', () => {
  const device = findDevice(parseQtree(TEXT), 'd0');
  expect(device?.buses.map((bus) => recordBus(bus, () => false, 'd0'))).toEqual([
    {
      name: 'virtio-bus',
      type: 'virtio-pci-bus',
      devices: [
        {
          type: 'virtio-scsi-device',
          buses: [{ name: '%.0', type: 'SCSI', devices: [{ type: 'scsi-cd' }] }],
        },
      ],
    },
  ]);
  expect(findDevice(parseQtree(TEXT), 'd1')).toBeUndefined();
});
